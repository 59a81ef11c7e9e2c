"""Taking out of a damaged queue file what can still be read.

Page by page and not through the tree: `pages` has the newest image of each page, `cells` the rows
on it, `jobs` what a row says of a job, `saving` writes them as job files.
"""

from pillarbox_engine.sqlite.salvage.saving import Salvaged, salvage

__all__ = ["Salvaged", "salvage"]
