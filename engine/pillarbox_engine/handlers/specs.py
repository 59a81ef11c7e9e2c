"""What a handlers file says runs: a Python function, a command, or an HTTP call.

Owns the three records and what each says of itself to a person. They hold references to secrets,
never their values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pillarbox_engine.handlers.references import Text

HTTP_TIMEOUT = 30.0
"""Seconds a request may take, to the last byte of its answer, where the file says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonFunction:
    """`python = "module:function"`."""

    target: str

    @property
    def shown(self) -> str:
        """In words."""
        return self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`command = [program, …]`, with `environment` beside what every command gets."""

    argv: tuple[str, ...]
    environment: Mapping[str, Text] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """As one would type it, without what its environment holds."""
        return " ".join(_quoted(part) for part in self.argv)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCall:
    """`http = { url, method, headers, timeout }`; `address` is the part of the URL to show."""

    url: Text
    address: str
    method: str = "POST"
    headers: Mapping[str, Text] = field(default_factory=dict)
    timeout: float = HTTP_TIMEOUT

    @property
    def shown(self) -> str:
        """Method and address: no query, and of a secret address only its reference."""
        return f"{self.method} {self.address}"


Spec = PythonFunction | Command | HttpCall


def secrets_of(spec: Spec) -> tuple[str, ...]:
    """The references to secrets in `spec`, as the file writes them."""
    texts: list[Text] = []
    if isinstance(spec, Command):
        texts = list(spec.environment.values())
    elif isinstance(spec, HttpCall):
        texts = [spec.url, *spec.headers.values()]
    return tuple(dict.fromkeys(text.shown for text in texts if text.is_reference))


def _quoted(part: str) -> str:
    plain = part and not any(character.isspace() or character in "'\"" for character in part)
    return part if plain else '"' + part.replace('"', '\\"') + '"'
