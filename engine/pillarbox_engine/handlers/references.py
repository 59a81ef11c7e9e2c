"""`env:NAME` and `keyring:service/name`: secrets that a handlers file refers to and never holds.

Owns the form of a reference, the looking up of its value at start, and `Scrubber`, which takes
every value out of texts that are kept or shown.
"""

from __future__ import annotations

import importlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from pillarbox_engine.errors import InvalidOption

HIDDEN = "•••"
"""What stands in a text where a secret stood."""
SHORTEST = 4
"""Characters from which on a value is looked for in texts; shorter ones would be found anywhere."""
_REFERENCE = re.compile(
    r"(?P<before>(?:.*\s)?)"
    r"(?:env:(?P<variable>[A-Za-z_]\w*)|keyring:(?P<service>[^\s/]+)/(?P<name>\S+))",
    re.ASCII,
)
_LOOKS_LIKE_ONE = re.compile(r"(?:.*\s)?(?:env|keyring):")
_SECRET_NAME = re.compile(r"auth|token|secret|key|cookie|password|signature", re.I)
_FORM = 'Write "env:NAME" or "keyring:service/name", with nothing after it'

Keyring = Callable[[str, str], str | None]
"""(service, name) → the password, or None where the keyring has none."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text out of the file: as it stands, or with a secret at its end, to be looked up.

    `shown` is what may be shown of it: the reference, never its value. `plain` is not shown
    either: people write secrets there all the same.
    """

    plain: str = field(repr=False)
    variable: str = ""
    service: str = ""
    name: str = ""

    @property
    def is_reference(self) -> bool:
        """Whether there is a secret to look up."""
        return bool(self.variable or self.service)

    @property
    def shown(self) -> str:
        """The reference in words; "" for a plain text."""
        if self.variable:
            return f"env:{self.variable}"
        return f"keyring:{self.service}/{self.name}" if self.service else ""


def text_of(value: object) -> Text:
    """The text that the file writes as `value`; `InvalidOption` where it cannot be one."""
    if not isinstance(value, str):
        raise InvalidOption("It must be text", f"got {type(value).__name__}", "Put it in quotes")
    found = _REFERENCE.fullmatch(value)
    if found:
        return Text(
            found["before"], found["variable"] or "", found["service"] or "", found["name"] or ""
        )
    if _LOOKS_LIKE_ONE.match(value):
        raise InvalidOption("It refers to a secret in a way that is not understood", "", _FORM)
    return Text(value)


class Secrets:
    """Where secrets are looked up: the environment, and the system's keyring when one is asked
    for. It remembers the values only to keep them out of texts."""

    def __init__(
        self, environment: Mapping[str, str] | None = None, keyring: Keyring | None = None
    ) -> None:
        self._environment = os.environ if environment is None else environment
        self._keyring = keyring or _system_keyring
        self._values: set[str] = set()

    def __repr__(self) -> str:
        return f"Secrets({len(self._values)} known)"

    def value(self, text: Text) -> str:
        """The whole text with its secret in place; `InvalidOption` where there is none."""
        if not text.is_reference:
            return text.plain
        secret = self._variable(text) if text.variable else self._password(text)
        self.keep_out(secret)
        return text.plain + secret

    def keep_out(self, secret: str) -> None:
        """Have `secret` taken out of every text from now on, as it is and as JSON and URLs have
        it."""
        if len(secret) >= SHORTEST:
            self._values |= {secret, json.dumps(secret)[1:-1], quote(secret, safe="")}

    def scrubbed(self, text: str, *, cut: bool = False) -> str:
        """`text` without the secrets that are known; where it was `cut`, without the beginning of
        one at its end."""
        for secret in sorted(self._values, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
            if cut:
                text = _without_begun(text, secret)
        return text

    def _variable(self, text: Text) -> str:
        secret = self._environment.get(text.variable, "")
        if not secret:
            how = "empty" if text.variable in self._environment else "not set"
            raise InvalidOption(
                f"The environment variable {text.variable} is {how}", "",
                f"Set {text.variable} where Pillarbox is started",
            )  # fmt: skip
        return secret

    def _password(self, text: Text) -> str:
        secret = self._keyring(text.service, text.name)
        if not secret:
            raise InvalidOption(
                f"The keyring has no {text.name} for {text.service}", "",
                f"Store it: keyring set {text.service} {text.name}",
            )  # fmt: skip
        return secret


def _system_keyring(service: str, name: str) -> str | None:
    """What the system's keyring holds, through the optional package `keyring`."""
    try:
        keyring = importlib.import_module("keyring")
    except ImportError as error:
        raise InvalidOption(
            "The package keyring is not installed", "a secret is asked of the system's keyring",
            "Run pip install keyring, or use env:NAME",
        ) from error  # fmt: skip
    try:
        password = keyring.get_password(service, name)
    except Exception as error:
        # Any backend of any desktop may answer; its error's text could hold what was asked for.
        raise InvalidOption(
            "The system's keyring does not answer", type(error).__name__,
            "Unlock it, or use env:NAME",
        ) from error  # fmt: skip
    return None if password is None else str(password)


def _without_begun(text: str, secret: str) -> str:
    for length in range(min(len(secret) - 1, len(text)), 0, -1):
        if text.endswith(secret[:length]):
            return text[:-length]
    return text


def looks_secret(name: str) -> bool:
    """Whether a header of that name holds a secret, however it was written into the file."""
    return bool(_SECRET_NAME.search(name))
