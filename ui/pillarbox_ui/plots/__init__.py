"""The graphs. Nothing outside this package imports pyqtgraph."""
