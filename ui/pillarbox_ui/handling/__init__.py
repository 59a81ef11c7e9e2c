"""The handlers file of a window: chosen, shown, approved, run.

Owns what the window knows of it; what runs it is the application's (`workshop.Workshop`).
"""
