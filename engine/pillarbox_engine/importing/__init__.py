"""Job files: JSON, JSON Lines and CSV read as streams of verdicts, line by line."""
