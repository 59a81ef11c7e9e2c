"""Every command and option that was promised is there, and says what it does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from pillarbox.cli import run
from pillarbox.cli.completion import SHELLS, VARIABLE
from pillarbox.cli.group import COMMANDS, pillarbox
from pillarbox_engine.engine import Engine

PROMISED = {
    "demo": "--headless --seconds --seed --json",
    "enqueue": "QUEUE SOURCE --type --priority --delay --key --dry-run --rejected --import-id",
    "work": "QUEUE --handlers --concurrency --until-idle",
    "stats": "--watch --json",
    "jobs": "QUERY --limit --json",
    "job": "ID --json",
    "replay": "QUERY --to --rate --canary --stop-above --patch --dry-run",
    "requeue": "QUERY --dry-run",
    "cancel": "QUERY --dry-run",
    "purge": "QUERY --dry-run",
    "restore": "QUERY --dry-run",
    "pause": "QUEUE",
    "resume": "QUEUE",
    "drain": "QUEUE",
    "export": "QUERY --format --output -o",
    "queue": "NAME --set",
    "schedules": "add pause resume run remove",
    "operations": "ID",
    "backup": "FILE OUT",
    "check": "FILE --json",
    "bench": "--json",
    "completion": "bash zsh fish",
    "window": "FILE",
}


def loaded(name: str) -> click.Command:
    command = pillarbox.get_command(click.Context(pillarbox), name)
    assert command is not None
    return command


def test_the_commands_are_those_promised() -> None:
    assert set(COMMANDS) == set(PROMISED)


@pytest.mark.parametrize("name", PROMISED)
def test_a_command_has_what_was_promised(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    told = re.findall(r"--?[a-z][a-z-]*|[A-Za-z]+", capsys.readouterr().out)
    assert [word for word in PROMISED[name].split() if word not in told] == []


@pytest.mark.parametrize("name", PROMISED)
def test_every_option_says_what_it_does_and_takes(name: str) -> None:
    for parameter in loaded(name).params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            metavar = parameter.make_metavar(click.Context(loaded(name)))
            assert metavar not in {"TEXT", "INTEGER", "FLOAT", "INTEGER RANGE"}, parameter.name


def test_each_example_of_the_help_is_understood(capsys: pytest.CaptureFixture[str]) -> None:
    """The options that examples use are there."""
    for name in PROMISED:
        known = {option for p in loaded(name).params for option in p.opts} | {"--file", "--json"}
        run([name, "--help"])
        shown = capsys.readouterr().out.partition("Examples:")[2].partition("\n\n")[0]
        for line in re.findall(rf"pillarbox {name}\b([^|#\n]*)", shown):
            used = set(re.findall(r"(?<!\S)(?:--[a-z-]+|-[a-z])(?!\S)", line))
            subcommands = getattr(loaded(name), "commands", {})
            inner = {o for c in subcommands.values() for p in c.params for o in p.opts}
            assert used <= known | inner, (name, line)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_is_told_how_to_complete(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    told = capsys.readouterr().out
    assert f"{VARIABLE}={shell}_complete" in told
    assert "pillarbox" in told


def test_an_unknown_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "tcsh"]) == 2
    assert "'tcsh' is not one of" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("pillarbox", "pause", "ma"), "plain,mail"),
        (("pillarbox", "enqueue", "mail", "j"), "file,j"),
        (("pillarbox", "check", "--file", "s"), "file,s"),
    ],
)
def test_commands_queues_files_and_options_are_completed(
    words: tuple[str, ...], offered: str, file: Path, engine: Engine
) -> None:
    engine.queue("mail").enqueue(1)
    asked = {
        VARIABLE: "bash_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1),
        "PILLARBOX_FILE": str(file),
    }  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-m", "pillarbox"], env=os.environ | asked, capture_output=True, text=True
    )
    assert (ran.stdout.split(), ran.stderr) == ([offered], "")
