"""The right dock: one job, whole — why it is not running, its payload, attempts and errors."""
