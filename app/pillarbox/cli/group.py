"""The `pillarbox` command itself: finds sub-commands, and opens the window without one.

Owns the list of commands. Each lives in a module of its own that is imported when asked for, so
`pillarbox enqueue` does not pay for the window.
"""

from __future__ import annotations

import difflib
import importlib
import os

import click

from pillarbox.cli.options import examples

SECTIONS: dict[str, tuple[str, ...]] = {
    "Put jobs in, run them, copy them out": ("enqueue", "work", "export", "demo"),
    "Look": ("window", "stats", "jobs", "job"),
    "Act on jobs": ("replay", "requeue", "cancel", "purge", "restore", "operations"),
    "Act on queues": ("queue", "pause", "resume", "drain", "schedules"),
    "Look after the file": ("backup", "check", "bench", "completion"),
}
MODULES = {"queue": "queue_settings"}
"""The modules of commands whose own names are those of the standard library's."""
COMMANDS = tuple(name for names in SECTIONS.values() for name in names)


class PillarboxGroup(click.Group):
    """A group that loads its commands late and takes a queue file in a command's place."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"pillarbox.cli.{MODULES.get(cmd_name, cmd_name)}")
        command = module.command
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] in COMMANDS:
            return super().resolve_command(ctx, args)
        if not _looks_like_file(args[0]):
            raise click.UsageError(_unknown(args[0]), ctx)
        return "window", self.get_command(ctx, "window"), args

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, self._summary(ctx, name)) for name in names])

    def _summary(self, ctx: click.Context, name: str) -> str:
        command = self.get_command(ctx, name)
        return command.get_short_help_str(limit=70) if command else ""


def _looks_like_file(word: str) -> bool:
    return (
        word.endswith(".pillarbox")
        or ":" in word
        or os.sep in word
        or (os.altsep is not None and os.altsep in word)
        or os.path.exists(word)
    )


def _unknown(word: str) -> str:
    near = difflib.get_close_matches(word, COMMANDS, n=1)
    hint = f"did you mean '{near[0]}'?" if near else "a new queue file ends in .pillarbox"
    return f"no command or queue file is called '{word}': {hint}"


_EPILOG = "\n\n".join(
    (
        examples(
            "pillarbox                                the window, on your own queue file",
            "pillarbox shop.pillarbox                 the window, on that file",
            "pillarbox enqueue mail jobs.jsonl        put a file of jobs in",
            "pillarbox work mail --handlers h.toml    run them",
            "pillarbox stats --watch                  watch them",
            "pillarbox replay 'queue:mail error:timeout'",
            "pillarbox export queue:mail -o mail.jsonl    copy jobs out, as enqueue takes them",
        ),
        "\b\nQueries, where a command takes one:\n"
        "  state:dead queue:email type:welcome payload.customer.id:42\n"
        '  error:"timed out" age>1h is:retrying some words\n'
        "  Terms must all hold. A word alone is looked for in id, type and payload.",
        "\b\nExit codes:\n"
        "  0 done   1 failed   2 usage   3 partly: some lines were rejected\n"
        "  4 the queue file cannot be used",
        "\b\nEnvironment:\n  PILLARBOX_FILE   the queue file, where no --file is given",
        "\b\nShell completion:\n"
        '  bash   eval "$(pillarbox completion bash)"   in ~/.bashrc\n'
        '  zsh    eval "$(pillarbox completion zsh)"    in ~/.zshrc\n'
        "  fish   pillarbox completion fish | source    in ~/.config/fish/config.fish",
    )
)


def _print_version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from pillarbox import __version__

        click.echo(f"pillarbox {__version__}")
        context.exit()


@click.group(
    cls=PillarboxGroup,
    invoke_without_command=True,
    epilog=_EPILOG,
    subcommand_metavar="[FILE | COMMAND [ARGS]…]",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
@click.option("--file", metavar="PATH", help="The queue file, for any command that follows.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and stop.",
)
@click.pass_context
def pillarbox(context: click.Context, file: str | None) -> int | None:
    """A queue manager for your desktop, with a durable job queue inside.

    Without a command it opens the window on FILE, or on your own queue file.
    """
    context.obj = file
    if context.invoked_subcommand is not None:
        return None
    from pillarbox.cli.window import open_window

    return open_window(file)
