"""Programs the benchmark starts in processes of their own."""
