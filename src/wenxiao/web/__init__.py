"""The pages. Views are thin: they read the request, call selectors and services, and choose a template."""
