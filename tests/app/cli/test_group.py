"""`pillarbox` without a command, with a file in its place, and its help."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click
import pytest
from click.shell_completion import BashComplete

from pillarbox.cli import run
from pillarbox.cli.display import has_display
from pillarbox.cli.group import COMMANDS, pillarbox


def loaded(name: str) -> click.Command:
    command = pillarbox.get_command(click.Context(pillarbox), name)
    assert command is not None
    return command


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_examples_and_the_common_options(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([name, "--help"]) == 0

    told = capsys.readouterr().out
    assert loaded(name).help
    assert f"Examples:\n    pillarbox {name}" in told or name == "window"
    if name != "completion":
        assert "--file PATH" in told
        assert "--json" in told


def test_help_reads_like_a_manual_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0

    told = capsys.readouterr().out
    for part in ("Put jobs in", "Queries", "Exit codes", "PILLARBOX_FILE", "completion zsh"):
        assert part in told
    assert all(f"\n  {name} " in told for name in COMMANDS)


@pytest.mark.parametrize(
    ("word", "said"), [("stat", "did you mean 'stats'?"), ("shop", "ends in .pillarbox")]
)
def test_a_mistyped_command_is_not_taken_for_a_file(
    word: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([word]) == 2
    assert said in capsys.readouterr().err
    assert not Path(word).exists()


@pytest.mark.parametrize("words", [[], ["new.pillarbox"], ["./jobs"], ["window"]])
def test_without_a_display_it_says_so_and_what_to_do(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)

    assert run(words) == 1
    told = capsys.readouterr().err
    assert "no display" in told
    assert "pillarbox stats" in told
    assert "Traceback" not in told


def test_a_display_is_looked_for_on_x11_and_wayland_only() -> None:
    assert not has_display({}, "linux")
    assert not has_display({"DISPLAY": ":987"}, "linux"), "nobody answers there"
    assert has_display({"DISPLAY": "elsewhere.example:0"}, "linux")
    assert has_display({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    assert has_display({"QT_QPA_PLATFORM": "offscreen"}, "linux")
    assert has_display({}, "darwin")
    assert has_display({}, "win32")


def test_an_error_nobody_foresaw_is_logged_and_said_in_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pillarbox.locations.queue_file", lambda chosen: 1 // 0)

    assert run(["stats"]) == 1
    told = capsys.readouterr().err
    (log,) = (tmp_path / "xdg_state_home").rglob("error-*.log")
    assert "internal error (ZeroDivisionError)" in told
    assert str(log) in told
    assert "Traceback" not in told
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_where_even_the_log_cannot_be_written_it_says_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pillarbox.locations.queue_file", lambda chosen: 1 // 0)
    (tmp_path / "xdg_state_home").write_text("in the way")

    assert run(["stats"]) == 1
    assert "could not be written" in capsys.readouterr().err


def test_the_shell_is_offered_commands_and_queues(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    completion = BashComplete(pillarbox, {}, "pillarbox", "_X")

    assert [item.value for item in completion.get_completions([], "re")] == [
        "replay",
        "requeue",
        "restore",
        "resume",
    ]
    assert os.environ.get("PILLARBOX_FILE") is None
    assert completion.get_completions(["pause"], "ma") == []


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("pillarbox 0.")


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    from pillarbox.cli.output import document

    document({"text": "<b>\x1b[31m\n"})

    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert json.loads(printed) == {"text": "<b>\x1b[31m\n"}
