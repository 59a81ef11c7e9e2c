"""The window alive: which place is shown, what is therefore read, and where a snapshot goes.

Owns the joining of bridge, operations and frame. What actions on jobs do is in `deeds`; what a
page shows is the page's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QHideEvent,
    QKeySequence,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication

from pillarbox_engine.errors import EnvironmentFault
from pillarbox_engine.model import Operation
from pillarbox_ui.actions import writing
from pillarbox_ui.bridge import Bridge
from pillarbox_ui.deeds import Deeds
from pillarbox_ui.drops import against, dropped
from pillarbox_ui.filtering import FILTERED
from pillarbox_ui.frame import Frame
from pillarbox_ui.interest import Interest, View
from pillarbox_ui.menus import fill_context_menu, fill_menu_bar
from pillarbox_ui.messages import done_text
from pillarbox_ui.places import Location, location, places
from pillarbox_ui.running import RunningOperation
from pillarbox_ui.saved_deeds import SavedDeeds
from pillarbox_ui.snapshot import Snapshot
from pillarbox_ui.targets import Situation, enabled
from pillarbox_ui.views.context import Context
from pillarbox_ui.views.time_span import narrowed
from pillarbox_ui.widgets.words import tr
from pillarbox_ui.window_deeds import OpenFile, WindowDeeds

_NUMBERED = 9


class MainWindow(Frame):
    """One window on one store. `open_file` opens another file, in a window of its own.

    `seen(bool)` when it can be seen, or no more; `closed` when it has let go of the store.
    """

    seen = Signal(bool)
    closed = Signal()

    def __init__(
        self,
        context: Context,
        bridge: Bridge,
        *,
        label: str,
        open_file: OpenFile | None = None,
        read_only: bool = False,
    ) -> None:
        super().__init__(context, label)
        self.setWindowTitle(tr("{0} — Pillarbox").format(label))
        self._bridge = bridge
        self._read_only = read_only
        self._location = Location(location("overview").view)
        self._inspected: str | None = None
        self._chosen: str | None = None
        self._snapshot: Snapshot | None = None
        self.deeds = Deeds(context, self, self.situation)
        self.own = WindowDeeds(self, open_file)
        self.saved = SavedDeeds(self, lambda: self._location.key, self.go)
        self._also: Mapping[str, Callable[[], object]] = {
            "refresh": bridge.refresh,
            "live": self._set_live,
            "inspector": self._set_inspector,
            "save-view": self.saved.save,
        }
        recent = fill_menu_bar(self.menuBar(), self.actions_, context.theme, self.own.choose_theme)
        self.own.offer_recent(recent)
        self._connect()
        self._connect_operations()
        self._number_places()
        self._begin()

    def _connect(self) -> None:
        self.actions_.asked.connect(self.ask)
        self.pages.asked.connect(self.ask)
        self.pages.go.connect(self.navigation.choose)
        self.pages.narrow_asked.connect(self._narrow)
        self.pages.interest_changed.connect(self._ask)
        self.pages.chosen_changed.connect(self._chosen_changed)
        self.pages.set_menus(lambda view, menu: fill_context_menu(menu, self.actions_, view))
        self.navigation.chosen.connect(self._go_to)
        self.saved.changed.connect(self._list_places)
        self.filter_strip.changed.connect(self.query.apply)
        self.filter_strip.edit_asked.connect(self.query.edit_part)
        self.filter_strip.asked.connect(self.ask)
        self.inspection_asked.connect(self.inspect)
        self.query.applied.connect(self._filter_changed)
        self.messages.retry.connect(self._bridge.refresh)
        self._bridge.snapshot_ready.connect(self.show_snapshot)
        self._bridge.problem.connect(self.messages.tell_trouble)
        self._bridge.recovered.connect(self.messages.end_trouble)

    def _connect_operations(self) -> None:
        operations = self.context.operations
        operations.succeeded.connect(self._succeeded)
        operations.problem.connect(self._failed)
        operations.changed.connect(self._enable)
        self.undo_bar.undone.connect(self._undo)

    def _number_places(self) -> None:
        """Ctrl+1 to Ctrl+9: the places of the navigation, headings not counted."""
        for number in range(1, _NUMBERED + 1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            shortcut.activated.connect(lambda number=number: self._go_to_number(number))

    def _begin(self) -> None:
        remembered = self.context.remembered
        self._list_places()
        self.actions_["live"].setChecked(True)
        self.actions_["inspector"].setChecked(remembered.flag("inspector", True))
        self.own.recall()
        self.recall()
        self.go(remembered.text("place", "overview"))
        self.query.apply(remembered.text("filter"))
        self._enable()
        self.navigation.setFocus()

    @property
    def location(self) -> Location:
        """Where the window is."""
        return self._location

    @Slot()
    def _list_places(self) -> None:
        self.navigation.set_places(places(self._snapshot, self.saved.names()))

    @Slot(str)
    def _go_to(self, key: str) -> None:
        """Go to a place of the navigation, or to a saved view."""
        on_the_way = key == self._location.key  # `go` has the navigation follow
        if not (on_the_way or self.saved.open(key)):
            self.go(key)

    @Slot(str)
    def go(self, key: str) -> None:
        """Go to the place called `key`."""
        self._location = location(key)
        self.navigation.choose(key)
        self.context.precedence.hold()
        page = self.pages.show_location(self._location)
        self._inspected = self._chosen = page.current_job()
        self._show_inspector()
        self.query.setEnabled(self._location.view in FILTERED)
        self._show_filter()
        self.context.remembered.keep("place", key)
        before = self._bridge.interest
        self._ask()
        if self._bridge.interest == before:
            self._bridge.refresh()  # the page began anew, though what is read is the same

    def _inspects(self) -> bool:
        """A queue's page has the inspector beside it; others once a job is chosen."""
        return self._location.view is View.QUEUE or self._inspected is not None

    def _show_inspector(self) -> None:
        self.inspector_dock.setVisible(self._inspects() and self.actions_["inspector"].isChecked())

    def _go_to_number(self, number: int) -> None:
        keys = [place.key for place in self.navigation.places if not place.heading]
        if number <= len(keys):
            self.navigation.choose(keys[number - 1])

    @Slot()
    def _filter_changed(self) -> None:
        self.context.remembered.keep("filter", self.query.typed)
        self._show_filter()
        self.pages.current.restart()
        self._ask()

    def _show_filter(self) -> None:
        """A chip a term, on the pages that are filtered."""
        filtered = self._location.view in FILTERED
        self.filter_strip.show_filter(self.query.typed if filtered else "")

    @Slot(str)
    def _narrow(self, span: str) -> None:
        """Hold the filter to a span of time."""
        self.query.apply(narrowed(self.query.typed, span))

    @Slot()
    def _ask(self) -> None:
        """Have read what the page that is up wants now."""
        page, place = self.pages.current, self._location
        where = page.narrowed(self.query.filter_for(place))
        self._bridge.set_interest(
            Interest(
                view=place.view,
                queue=place.queue,
                where=where,
                typed=self.query.in_force(place),
                limit=page.limit,
                cursor=page.from_cursor,
                order=page.order,
                selected_job=self._inspected,
                window_seconds=page.window_seconds,
            )
        )

    @Slot()
    def _chosen_changed(self) -> None:
        job = self.pages.current.current_job()
        if job is not None and job != self._chosen:
            self._chosen = job
            self.inspect(job)
        self._enable()

    @Slot(str)
    def inspect(self, job_id: str) -> None:
        """Show a job in the inspector, whether or not the page lists it."""
        if job_id != self._inspected:
            self._inspected = job_id
            self._show_inspector()
            self._ask()

    @Slot(object)
    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show `snapshot`; a page it was not read for keeps what it has."""
        if self._snapshot is None:
            self.fill()
        self._snapshot = snapshot
        self.query.heard.hear(snapshot)
        self._list_places()
        self._follow_queues(snapshot)
        self.status.show_snapshot(snapshot, self.actions_["live"].isChecked())
        self.messages.tell_notices(snapshot.file.notices)
        self.messages.tell_alarms(snapshot.alarms)
        self.context.handling.follow([queue.name for queue in snapshot.queues])
        asked = snapshot.interest
        if (asked.view, asked.queue) == (self._location.view, self._location.queue):
            self.pages.current.show_snapshot(snapshot)
            if asked.selected_job == self._inspected and self._inspects():
                self.tell_inspector(snapshot)
        self._enable()

    def _follow_queues(self, snapshot: Snapshot) -> None:
        """A queue that is not there (any more) has no page."""
        queue = self._location.queue
        asked = snapshot.interest.queue
        if queue is not None and asked == queue and snapshot.queue(queue) is None:
            self.go("overview")
        elif self.navigation.current_key() != self._location.key:
            self.navigation.choose(self._location.key)

    def situation(self) -> Situation | None:
        """What is shown and chosen now; None before the first snapshot."""
        if self._snapshot is None:
            return None
        page = self.pages.current
        return Situation(
            snapshot=self._snapshot,
            jobs=page.chosen_jobs(),
            everything=page.all_matching,
            group=page.chosen_group(),
            operation=page.chosen_operation(),
            schedule=page.chosen_schedule(),
            queue=page.chosen_queue(),
            undoable=self.context.operations.last_undoable() is not None,
            read_only=self._read_only or self._snapshot.file.read_only,
        )

    @Slot()
    def _enable(self) -> None:
        now = self.situation()
        if now is None:
            self.actions_.set_enabled(dict.fromkeys(writing(), False))
            return
        self.actions_.set_enabled(enabled(now))
        queue = now.snapshot.queue(now.queue)
        self.actions_.say_pause("pause", queue is not None and (queue.paused or queue.draining))
        self.actions_.say_pause("schedule-pause", now.schedule is not None and now.schedule.paused)

    @Slot(str)
    def ask(self, name: str) -> None:
        """Do what the action called `name` is for."""
        also = self._also.get(name)
        if also is not None:
            also()
        elif not self.own.do(name):
            self.deeds.do(name)

    def _set_live(self) -> None:
        live = self.actions_["live"].isChecked()
        self._bridge.set_live(live)
        if self._snapshot is not None:
            self.status.show_snapshot(self._snapshot, live)

    def _set_inspector(self) -> None:
        self.context.remembered.keep("inspector", self.actions_["inspector"].isChecked())
        self._show_inspector()

    @Slot(object)
    def _succeeded(self, operation: RunningOperation) -> None:
        text = done_text(operation)
        self.status.tell(text)
        self.messages.failure.hide()
        if operation.undo is not None and isinstance(operation.result, Operation):
            self.undo_bar.offer(text, str(id(operation)))

    @Slot(object)
    def _failed(self, operation: RunningOperation) -> None:
        answered = QApplication.activeModalWidget() is not None  # a dialog tells its own failures
        if operation.error is not None and not answered:
            self.messages.tell_failure(operation.error, operation.title)
        if isinstance(operation.error, EnvironmentFault):
            self._bridge.refresh()

    @Slot(str)
    def _undo(self, key: str) -> None:
        for operation in self.context.operations.items:
            if str(id(operation)) == key:
                self.context.operations.undo(operation)
                return

    def tell_notices(self, notices: Sequence[str]) -> None:
        """Say what should be known from the start, such as recovered leases."""
        self.messages.tell_notices(notices)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files are welcome anywhere."""
        if dropped(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Job files are shown before anything is enqueued; a queue file opens; else it says why."""
        files = dropped(event.mimeData())
        event.acceptProposedAction()
        refusal = against(files, self.situation())
        if refusal is not None:
            self.messages.tell_failure(refusal)
        elif files.job_files:
            self.deeds.import_files(files.job_files)
        self.own.open_all(files.queue_files)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tell_seen(not self.isMinimized())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._tell_seen(False)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            self._tell_seen(self.isVisible() and not self.isMinimized())

    def _tell_seen(self, seen: bool) -> None:
        """Nothing is read for a window that nobody can see."""
        self._bridge.set_visible(seen)
        self.seen.emit(seen)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop reading, cancel what runs, remember how things were."""
        self.keep()
        self.bottom.log.close_log()
        self._bridge.close()
        self.context.handling.close()
        self.context.operations.close()
        event.accept()
        self.closed.emit()
