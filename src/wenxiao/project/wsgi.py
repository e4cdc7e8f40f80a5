"""The WSGI application that Granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from wenxiao.project.alone import leave_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wenxiao.project.settings")
leave_with_parent()
application = get_wsgi_application()
