"""Which jobs and queues there are, and on which pages: a first look through the whole file.

Owns `Survey`. It keeps a number for each job and no payload, so a large file costs little memory.
"""

from __future__ import annotations

from collections.abc import Iterator

from pillarbox_engine.sqlite.salvage.cells import Cell, Leaf, Unreadable, leaf, values
from pillarbox_engine.sqlite.salvage.jobs import Row, job_row, queue_name
from pillarbox_engine.sqlite.salvage.pages import Pages


class Survey:
    """`queues` are names by number; `faults` tell which pages with jobs are damaged."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._page_of: dict[int, int] = {}
        self.queues: dict[int, str] = {}
        self.faults: list[str] = []
        free = pages.free()
        for number in range(1, pages.count + 1):
            page = None if number in free else leaf(pages, number)
            if page is not None:
                self._note(page, number)

    def rows(self) -> Iterator[tuple[Row, bool]]:
        """Every job's row, by id, and whether it was there to its end."""
        current, cells = 0, dict[int, Cell]()
        for row_id in sorted(self._page_of):
            if self._page_of[row_id] != current:
                current = self._page_of[row_id]
                cells = self._cells(current)
            cell = cells[row_id]
            row = job_row(row_id, values(cell.record))
            if row is not None:
                yield row, cell.whole

    def _cells(self, number: int) -> dict[int, Cell]:
        """The jobs on a page; of two with one id the first, as they were noted."""
        page, found = leaf(self._pages, number), dict[int, Cell]()
        for cell in () if page is None else page.cells:
            if cell.row_id not in found and _is_job(cell):
                found[cell.row_id] = cell
        return found

    def _note(self, page: Leaf, number: int) -> None:
        jobs, odd = 0, page.unreadable
        for cell in page.cells:
            try:
                columns = values(cell.record)
            except (Unreadable, IndexError):
                odd += 1
                continue
            if job_row(cell.row_id, columns) is not None:
                jobs += 1
                self._page_of.setdefault(cell.row_id, number)
            elif (name := queue_name(columns)) is not None:
                self.queues[cell.row_id] = name
        self._judge(number, jobs, odd, adds_up=page.adds_up)

    def _judge(self, number: int, jobs: int, odd: int, *, adds_up: bool) -> None:
        if jobs and odd:
            self.faults.append(f"page {number} has {odd} rows beside its jobs that cannot be read")
        elif jobs and not adds_up:
            self.faults.append(
                f"page {number} is damaged; {jobs} jobs were read from it all the same"
            )


def _is_job(cell: Cell) -> bool:
    try:
        return job_row(cell.row_id, values(cell.record)) is not None
    except (Unreadable, IndexError):
        return False
