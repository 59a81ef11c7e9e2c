"""`pillarbox completion SHELL`: what makes a shell complete commands, options and queue names."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from pillarbox.cli.options import examples

VARIABLE = "_PILLARBOX_COMPLETE"
"""The environment variable by which the shell asks for completions."""

SHELLS = ("bash", "zsh", "fish")


@click.command(
    name="completion",
    short_help="Print what makes your shell complete commands.",
    epilog=examples(
        "pillarbox completion fish > ~/.config/fish/completions/pillarbox.fish",
        'eval "$(pillarbox completion bash)"     in ~/.bashrc',
        'eval "$(pillarbox completion zsh)"      in ~/.zshrc',
    ),
)
@click.argument("shell", metavar="[bash|zsh|fish]", type=click.Choice(SHELLS))
@click.pass_context
def command(context: click.Context, shell: str) -> int:
    """Print the lines that make bash, zsh or fish complete commands, options, files and queues.

    They call pillarbox again as you press Tab, so they need not be renewed after an upgrade.
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"there is nothing to complete {shell} by")
    click.echo(kind(context.find_root().command, {}, "pillarbox", VARIABLE).source())
    return 0
