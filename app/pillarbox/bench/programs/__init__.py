"""Programs the benchmark starts in processes of their own.

Each writes what it measured as JSON objects, one a line, on its output.
"""
