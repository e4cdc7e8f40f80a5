"""What the engine runs with: versions of the model, edits of the rules, and the background work that they ask for."""
