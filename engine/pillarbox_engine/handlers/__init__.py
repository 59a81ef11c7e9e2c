"""What runs when a job comes: HTTP, command and Python handlers."""
