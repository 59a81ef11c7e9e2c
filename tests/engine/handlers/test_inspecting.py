"""Looking at a handlers file: what it says, with nothing looked up, imported or run."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from pillarbox_engine.errors import EnvironmentFault, InvalidHandlers
from pillarbox_engine.handlers import Described, inspect, load, shares
from pillarbox_engine.handlers.references import Secrets, text_of
from pillarbox_engine.handlers.source import MAX_BYTES
from pillarbox_engine.isolation import Isolation
from tests.engine.handlers.kit import loaded, written

FILE = """
[handlers.charge]
http = { url = "https://billing.example:8443/charge?key=1", method = "PUT", headers = { Authorization = "Bearer env:BILLING", X-Api-Key = "typed in" } }
retry = [ { status = [429, 503], after = "header" }, { status = 404, then = "dead" } ]
timeout = 60

[handlers.thumbnail]
command = ["no-such-program", "-resize", "25 6", "{id}.png"]
environment = { KEY = "keyring:shop/thumbs" }
concurrency = 3

[handlers."*"]
python = "pbx_nowhere:handle"
isolation = "process"

[queues.mail]
concurrency = 9
"""  # noqa: E501 - as one writes it


def test_a_file_is_told_in_words_without_secrets(tmp_path: Path) -> None:
    path = written(tmp_path, FILE)
    file = inspect(path)
    assert file.path == path
    assert file.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert file.queues == {"mail": 9}
    charge, thumbnail, rest = file.describe()
    assert charge == Described(
        type="charge", line=3, kind="http", runs="PUT https://billing.example:8443/charge",
        timeout=60.0, concurrency=None, isolation=Isolation.THREAD, secrets=("env:BILLING",),
        retry=("HTTP 429, 503: again after what the answer says", "HTTP 404: a dead letter"),
    )  # fmt: skip
    assert thumbnail.runs == 'no-such-program -resize "25 6" {id}.png'
    assert (thumbnail.kind, thumbnail.concurrency) == ("command", 3)
    assert thumbnail.secrets == ("keyring:shop/thumbs",)
    assert (rest.kind, rest.runs, rest.isolation) == ("python", "pbx_nowhere:handle", "process")
    assert "typed in" not in repr(file) + repr(file.describe())


def test_a_changed_file_has_another_digest_and_what_was_inspected_is_what_is_loaded(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, '[handlers.a]\ncommand = ["true"]\n')
    file = inspect(path)
    written(tmp_path, '[handlers.b]\ncommand = ["false"]\n')
    with load(file) as handlers:
        assert list(handlers.mapping) == ["a"]
        assert handlers.digest == file.digest != inspect(path).digest


def test_a_file_as_large_as_no_handlers_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidHandlers, match="over 1 MiB"):
        inspect(written(tmp_path, "#" * (MAX_BYTES + 1)))
    with pytest.raises(EnvironmentFault):
        inspect(tmp_path)


def test_a_line_of_great_length_is_refused_as_soon_as_any(tmp_path: Path) -> None:
    for line in ("x" + " " * 900_000, "[" + "] " * 400_000, "a" * 900_000):
        with pytest.raises(InvalidHandlers, match="not TOML"):
            inspect(written(tmp_path, f'{line}\n[handlers.a]\ncommand = ["ls"]\n'))


def test_programs_and_secrets_are_looked_for_before_any_module_runs(tmp_path: Path) -> None:
    (tmp_path / "pbx_counts.py").write_text("def handle(job): return 1\n")
    text = '[handlers.a]\npython = "pbx_counts:handle"\n[handlers.b]\ncommand = ["pbx-none"]\n'
    with pytest.raises(InvalidHandlers, match="no program pbx-none"):
        loaded(tmp_path, text)
    assert "pbx_counts" not in sys.modules


HTTP = '[handlers.a]\nhttp = { url = "http://h.example/", headers = { X = "%s" } }\n'
FAULTS = [
    ('[handlers.a]\nhttp = "http://h.example"\n', 2, "not a table", ""),
    ('[handlers.a]\nhttp = { url = "ftp://h.example" }\n', 2, "no http or https address", "https:"),
    ('[handlers.a]\nhttp = { url = "http://u:pw1@h.example" }\n', 2, "user name", "header"),
    ('[handlers.a]\nhttp = { url = "http://h:99999/" }\n', 2, "cannot be read", ""),
    ('[handlers.a]\nhttp = { url = "http://[h/" }\n', 2, "cannot be read", ""),
    ('[handlers.a]\nhttp = { url = "http://h .example/" }\n', 2, "has a space", ""),
    ("[handlers.a]\nhttp = { url = 3 }\n", 2, "must be text", "quotes"),
    ('[handlers.a]\nhttp = { url = "http://h/ env:A" }\n', 2, "secret in part", "env:NAME"),
    ('[handlers.a]\nhttp = { url = "http://h/", verify = false }\n', 2, "no key", "headers"),
    ('[handlers.a]\n[handlers.a.http]\nurl = "http://h/"\nmethod = "GET"\n', 4, "no method", "PUT"),
    ('[handlers.a.http]\nurl = "http://h/"\ntimeout = 0\n', 3, "0.05 to 3,600", ""),
    ('[handlers.a.http]\nurl = "http://h/"\nheaders = { Host = "x" }\n', 3, "own", "Leave it"),
    ('[handlers.a.http]\nurl = "http://h/"\nheaders = { "A B" = "x" }\n', 3, "name of a", ""),
    (HTTP % "a\\nb", 2, "no header can carry", "line break"),
    (HTTP % "env:", 2, "not understood", "env:NAME"),
    (HTTP % "env:A-B", 2, "not understood", ""),
    (HTTP % "keyring:only", 2, "not understood", "keyring:service/name"),
    (HTTP % "env:NOT_SET", 2, "NOT_SET is not set", "Set NOT_SET"),
    (HTTP % "Bearer env:EMPTY", 2, "EMPTY is empty", "Set EMPTY"),
    (HTTP % "env:BROKEN", 2, "no header can carry", ""),
    (HTTP % "keyring:shop/none", 2, "keyring has no none for shop", "keyring set shop none"),
    ('[handlers.a]\ncommand = "ls -l"\n', 2, "list of texts", "no shell"),
    ("[handlers.a]\ncommand = []\n", 2, "list of texts", ""),
    ('[handlers.a]\ncommand = ["ls", 3]\n', 2, "list of texts", ""),
    ('[handlers.a]\ncommand = ["{type}"]\n', 2, "must be fixed", "Name the program"),
    ('[handlers.a]\ncommand = ["", "x"]\n', 2, "must be fixed", ""),
    ('[handlers.a]\ncommand = ["ls", "{payload}"]\n', 2, "no {payload}", "{{payload}}"),
    ('[handlers.a]\ncommand = ["ls", "a\\u0000"]\n', 2, "NUL", ""),
    ('[handlers.a]\ncommand = ["pbx-none"]\n', 2, "no program pbx-none", "Install it"),
    ('[handlers.a]\ncommand = ["./none"]\n', 2, "no program", "Mend the path"),
    ('[handlers.a]\ncommand = ["./handlers.toml"]\n', 2, "may not be run", "chmod +x"),
    ('[handlers.a]\ncommand = ["ls"]\nenvironment = { "A=B" = "x" }\n', 3, "name of an env", ""),
    ('[handlers.a]\npython = "m:f"\nenvironment = {}\n', 3, "command only", "Leave it out"),
    ('[handlers.a]\ncommand = ["ls"]\npython = "m:f"\n', 2, "both python and command", "Keep one"),
    ('[handlers.a]\ncommand = ["ls"]\nconcurrency = 0\n', 3, "range", ""),
    ('[handlers.a]\ncommand = ["ls"]\nconcurrency = true\n', 3, "whole number", ""),
]


@pytest.mark.parametrize(("text", "line", "reason", "remedy"), FAULTS)
def test_a_fault_names_file_line_and_remedy_and_no_secret(
    tmp_path: Path, text: str, line: int, reason: str, remedy: str
) -> None:
    environment = {"EMPTY": "", "BROKEN": "pw1\n"}
    with pytest.raises(InvalidHandlers) as caught:
        loaded(tmp_path, text, environment, keyring=lambda service, name: None)
    assert caught.value.line == line
    assert "handlers.toml" in str(caught.value)
    assert reason in caught.value.reason
    assert remedy in caught.value.remedy
    assert "pw1" not in str(caught.value)


def test_a_keyring_that_is_not_installed_or_fails_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(InvalidHandlers, match="keyring is not installed") as caught:
        loaded(tmp_path, HTTP % "keyring:shop/a")
    assert "pip install keyring" in caught.value.remedy

    class Locked:
        @staticmethod
        def get_password(service: str, name: str) -> str:
            raise RuntimeError("the text of its error: pw1")

    monkeypatch.setitem(sys.modules, "keyring", Locked)
    with pytest.raises(InvalidHandlers, match="does not answer: RuntimeError") as caught:
        loaded(tmp_path, HTTP % "keyring:shop/a")
    assert "pw1" not in str(caught.value)


def test_a_secret_of_the_keyring_is_put_in_place() -> None:
    secrets = Secrets({}, keyring=lambda service, name: f"{service}-{name}-pw")
    assert secrets.value(text_of("Basic keyring:shop/a")) == "Basic shop-a-pw"
    assert secrets.scrubbed("it was shop-a-pw, shop-a-p") == "it was •••, shop-a-p"
    assert secrets.scrubbed("it was shop-a-p", cut=True) == "it was "


SHARED = """
[handlers.mail]
command = ["true"]
[handlers.thumb]
command = ["true"]
concurrency = 2
{rest}
[queues.b]
concurrency = 9
"""


def test_a_type_and_a_queue_with_threads_of_their_own_have_workers_of_their_own(
    tmp_path: Path,
) -> None:
    with loaded(tmp_path, SHARED.format(rest="")) as handlers:
        parts = shares(handlers, ["a", "b", "c"], 4)
    assert [(one.queues, set(one.handlers), one.concurrency) for one in parts] == [
        (("b",), {"mail"}, 9),
        (("a", "c"), {"mail"}, 4),
        (("a", "b", "c"), {"thumb"}, 2),
    ]


def test_the_handler_of_all_other_types_leaves_them_their_own(tmp_path: Path) -> None:
    rest = '[handlers."*"]\ncommand = ["true"]\n'
    with loaded(tmp_path, SHARED.format(rest=rest)) as handlers:
        first, second, thumb = shares(handlers, ["b", "c"], 4)
    assert first.handlers["thumb"] is None
    assert set(second.handlers) == {"mail", "thumb", "*"}
    assert set(thumb.handlers) == {"thumb"}
    with loaded(tmp_path, SHARED.format(rest=rest + "concurrency = 5\n")) as handlers:
        _, _, thumb, any_other = shares(handlers, ["b", "c"], 4)
    assert any_other.concurrency == 5
    assert {name for name, one in any_other.handlers.items() if one is None} == {"mail", "thumb"}
