"""The graphs. Nothing outside this package imports pyqtgraph.

Every plot is created once and then given data; it takes its colours from the theme.
"""
