"""The handlers file: what it binds, and that every fault names its line and a remedy."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pillarbox_engine.errors import EnvironmentFault, InvalidHandlers
from pillarbox_engine.handlers import load

MODULE = """
def handle(job): return {"done": job}
async def later(job): return 1
class Group:
    @staticmethod
    def inner(job): return 2
NUMBER = 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with modules of ours; imports and the search path are put back afterwards."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    (tmp_path / "pbx_jobs.py").write_text(MODULE)
    (tmp_path / "pbx_broken.py").write_text("\nraise RuntimeError('no database')\n")
    (tmp_path / "pbx_exits.py").write_text("raise SystemExit(3)\n")
    (tmp_path / "pbx_syntax.py").write_text("def (:\n")
    (tmp_path / "pbx_needs.py").write_text("import pbx_not_installed\n")
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("pbx_"):
            del sys.modules[name]


def written(folder: Path, text: str) -> Path:
    path = folder / "handlers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_functions_are_bound_by_type_and_settings_kept(folder: Path) -> None:
    text = """
    [handlers.send]
    python = "pbx_jobs:handle"
    timeout = 30
    [handlers."*"]
    python = "pbx_jobs:Group.inner"
    [queues.user-registration]
    concurrency = 10
    """
    handlers = load(written(folder, text))
    assert handlers.mapping["send"].run(1) == {"done": 1}  # type: ignore[arg-type]
    assert handlers.mapping["*"].run(1) == 2  # type: ignore[arg-type]
    assert handlers.mapping["send"].timeout == 30.0
    assert handlers.mapping["*"].timeout is None
    assert handlers.concurrency == {"user-registration": 10}


def test_retry_rules_are_kept_by_type(folder: Path) -> None:
    text = """
    [handlers.send]
    python = "pbx_jobs:handle"
    retry = [ { status = [429, 503], after = "header" }, { error = "KeyError", then = "dead" } ]
    [handlers."*"]
    python = "pbx_jobs:handle"
    """
    handlers = load(written(folder, text))
    first, second = handlers.mapping["send"].rules
    assert (first.status, first.after, first.then) == ((429, 503), "header", "retry")
    assert (second.error, second.then) == (("KeyError",), "dead")
    assert handlers.mapping["*"].rules == ()


def test_a_bom_and_dotted_keys_are_taken(folder: Path) -> None:
    path = written(folder, '\ufeffhandlers.send.python = "pbx_jobs:handle"\n')
    assert set(load(path).mapping) == {"send"}


RETRY = '[handlers.send]\npython = "pbx_jobs:handle"\nretry = '
FAULTS = [
    ("", 0, "binds no handler", "[handlers.TYPE]"),
    ("[handlers]\n", 0, "binds no handler", ""),
    ("[handlers.a\n", 1, "not TOML", ""),
    ("x = 1\n", 1, "no key x", "handlers, queues"),
    ("handlers = 3\n", 1, "not a table", "[handlers.NAME]"),
    ("[handlers]\nsend = 3\n", 2, "not a table", "[handlers.send]"),
    ('[handlers."a/b"]\npython = "pbx_jobs:handle"\n', 1, "slash", ""),
    ("[handlers.send]\ntimeout = 3\n", 1, "does not say what runs", "module:function"),
    ('[handlers.send]\n\npython = "pbx_jobs"\n', 3, "does not name a function", "shop.jobs"),
    ("[handlers.send]\npython = 3\n", 2, "does not name a function", ""),
    ('[handlers.send]\npython = "pbx_jobs:handle"\nisolation = "vm"\n', 3, "cannot be", "process"),
    ('[handlers.send]\npython = "pbx_jobs:handle"\nretry = 3\n', 3, "not a list", ""),
    (RETRY + '[{ then = "maybe" }]', 3, "retry rule 1: then is not understood", "retry, dead"),
    (RETRY + '[{ error = "A" }, { code = 3 }]', 3, "retry rule 2 has no part 'code'", "exit_code"),
    (RETRY + "[{ status = 42 }]", 3, "got 42", "100 to 599"),
    (RETRY + '[{ after = "soon" }]', 3, "after is not understood", "header"),
    (RETRY + '[{ then = "dead", after = 3 }]', 3, "after goes with then = retry only", ""),
    ('[handlers.send]\npython = "pbx_jobs:handle"\nretires = 3\n', 3, "no key", "timeout"),
    ('[handlers.send]\npython = "pbx_jobs:handle"\ntimeout = 0\n', 3, "out of range", ""),
    ('[handlers.send]\npython = "pbx_jobs:handle"\n[queues.q]\nconcurrency = 0\n', 4, "range", ""),
    ('[handlers.send]\npython = "pbx_jobs:handle"\n[queues.q]\nthreads = 1\n', 4, "no key", ""),
    ('# one\n[handlers.send] # two\npython = "pbx_none:f"\n', 3, "no module pbx_none", "beside"),
    ('[handlers.send]\npython = "pbx_jobs:handel"\n', 2, "no handel", "Did you mean handle?"),
    ('[handlers.send]\npython = "pbx_jobs:NUMBER"\n', 2, "cannot be called", ""),
    ('[handlers.send]\npython = "pbx_jobs:later"\n', 2, "asynchronous", "asyncio.run"),
    ('[handlers.send]\npython = "pbx_broken:f"\n', 2, "no database (pbx_broken.py, line 2)", ""),
    ('[handlers.send]\npython = "pbx_exits:f"\n', 2, "SystemExit: 3", ""),
    ('[handlers.send]\npython = "pbx_syntax:f"\n', 2, "SyntaxError", ""),
    ('[handlers.send]\npython = "pbx_needs:f"\n', 2, "No module named 'pbx_not_installed'", ""),
]


@pytest.mark.parametrize(("text", "line", "reason", "remedy"), FAULTS)
def test_a_fault_names_file_line_and_remedy(
    folder: Path, text: str, line: int, reason: str, remedy: str
) -> None:
    with pytest.raises(InvalidHandlers) as caught:
        load(written(folder, text))
    assert caught.value.line == line
    assert "handlers.toml" in str(caught.value)
    assert reason in caught.value.reason
    assert remedy in caught.value.remedy


def test_nothing_is_imported_from_a_file_with_a_fault_of_form(folder: Path) -> None:
    text = '[handlers.a]\npython = "pbx_jobs:handle"\n[handlers.b]\npython = "wrong"\n'
    with pytest.raises(InvalidHandlers):
        load(written(folder, text))
    assert "pbx_jobs" not in sys.modules


def test_a_file_that_is_not_there_or_no_text_is_said(folder: Path) -> None:
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        load(folder / "none.toml")
    (folder / "wide.toml").write_bytes("[handlers]".encode("utf-16"))
    with pytest.raises(InvalidHandlers, match="not UTF-8"):
        load(folder / "wide.toml")
