"""The forms of the three kinds of handler in the file: `python`, `command` and `http`.

Owns their checks. An address, a header or a program that cannot be is refused here, before
anything is looked up.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from pillarbox_engine.errors import InvalidOption
from pillarbox_engine.handlers import placeholders
from pillarbox_engine.handlers.references import Text, text_of
from pillarbox_engine.handlers.source import Keys, Source
from pillarbox_engine.handlers.specs import (
    HTTP_TIMEOUT,
    Command,
    HttpCall,
    PythonFunction,
    Spec,
)
from pillarbox_engine.handlers.targets import TargetFault, check_target
from pillarbox_engine.json_fault import printable, shown

KINDS = ("python", "command", "http")
METHODS = ("POST", "PUT", "PATCH", "DELETE")
LONGEST_REQUEST = 3_600.0
OWN_HEADERS = frozenset({
    "idempotency-key", "x-job-id", "x-attempt", "content-length", "transfer-encoding", "connection",
    "host", "accept-encoding", "expect", "upgrade", "te", "trailer",
})  # fmt: skip
"""Headers that are set for every request, or that would change what a request is."""
_HTTP_KEYS = ("url", "method", "headers", "timeout")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VARIABLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def spec(source: Source, where: Keys, kind: str, said: dict[str, Any]) -> Spec:
    """What `said`, a handler's table, says runs."""
    if "environment" in said and kind != "command":
        keys = (*where, "environment")
        raise source.fault(keys, "environment goes with command only", "Leave it out")
    if kind == "python":
        return _python(source, (*where, kind), said[kind])
    if kind == "command":
        return _command(source, where, said)
    return _http(source, (*where, kind), said[kind])


def _python(source: Source, keys: Keys, target: object) -> PythonFunction:
    try:
        return PythonFunction(target=check_target(target))
    except TargetFault as fault:
        raise source.fault(keys, fault.reason, fault.remedy) from fault


def _command(source: Source, where: Keys, said: dict[str, Any]) -> Command:
    argv = said["command"]
    source.checked((*where, "command"), lambda: _check_argv(argv))
    environment = said.get("environment", {})
    keys = (*where, "environment")
    texts = _texts(source, keys, environment)
    for name in texts:
        source.checked((*keys, name), partial(_check_variable, name))
    return Command(argv=tuple(argv), environment=texts)


def _check_argv(argv: object) -> None:
    if not isinstance(argv, list) or not argv or not all(isinstance(part, str) for part in argv):
        raise InvalidOption(
            "A command is a list of texts", f"got {shown(argv)}",
            'Write command = ["program", "argument"]; there is no shell',
        )  # fmt: skip
    if not argv[0] or placeholders.has_any(argv[0]):
        raise InvalidOption(
            "The program of a command must be fixed", f"got {shown(argv[0])}", "Name the program"
        )
    for part in argv:
        if "\0" in part:
            raise InvalidOption("An argument cannot hold a NUL", "", "Take it out")
        placeholders.check(part)


def _check_variable(name: str) -> None:
    if not _VARIABLE.fullmatch(name):
        raise InvalidOption(
            f'"{printable(name)}" cannot be the name of an environment variable', "",
            "Use letters, digits and _",
        )  # fmt: skip


def _http(source: Source, keys: Keys, said: object) -> HttpCall:
    table = source.table(keys, said)
    source.refuse_unknown(keys, table, _HTTP_KEYS)
    if "url" not in table:
        raise source.fault(keys, "http does not say where to", 'Add url = "https://…"')
    url = _text(source, (*keys, "url"), table["url"])
    if not url.is_reference:
        source.checked((*keys, "url"), lambda: check_url(url.plain))
    elif url.plain:
        reason = "the url is a secret in part"
        raise source.fault((*keys, "url"), reason, 'Keep the whole address in it: "env:NAME"')
    headers = _texts(source, (*keys, "headers"), table.get("headers", {}))
    for name, text in headers.items():
        source.checked((*keys, "headers", name), partial(_check_header, name, text))
    timeout = source.number((*keys, "timeout"), table.get("timeout"), 0.05, LONGEST_REQUEST)
    return HttpCall(
        url=url,
        address=url.shown or bare(url.plain),
        method=_method(source, (*keys, "method"), table.get("method", "POST")),
        headers=headers,
        timeout=HTTP_TIMEOUT if timeout is None else timeout,
    )


def _method(source: Source, keys: Keys, method: object) -> str:
    if method not in METHODS:
        reason = f"{printable(shown(method))} is no method for a job"
        raise source.fault(keys, reason, f"Use one of {', '.join(METHODS)}")
    return str(method)


def check_url(url: str) -> None:
    """`InvalidOption` unless `url` is a whole http or https address without a password in it.

    The address is not repeated: it may be a secret.
    """
    remedy = 'Write the whole address, such as "https://billing.example/provision"'
    if any(character.isspace() or not character.isprintable() for character in url):
        raise InvalidOption("The url has a space or a character that does not show", "", remedy)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidOption("The url cannot be read", "", remedy) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise InvalidOption("The url is no http or https address", "", remedy)
    if parts.username is not None or parts.password is not None:
        raise InvalidOption(
            "The url has a user name or password in it", "it would be shown and logged",
            'Put it in a header: Authorization = "env:NAME"',
        )  # fmt: skip


def bare(url: str) -> str:
    """The part of an address that may be shown: no user, no query, no fragment."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    return printable(f"{parts.scheme}://{host}{port}{parts.path}", 200)


def _check_header(name: str, text: Text) -> None:
    if not _HEADER_NAME.fullmatch(name):
        raise InvalidOption(f'"{printable(name)}" cannot be the name of a header', "", "Mend it")
    if name.lower() in OWN_HEADERS:
        raise InvalidOption(f"The header {name} is Pillarbox's own", "", "Leave it out")
    check_header_value(name, text.plain)


def check_header_value(name: str, value: str) -> None:
    """`InvalidOption` where a header cannot carry `value`; the value is not shown."""
    if not all(" " <= character <= "~" for character in value):
        raise InvalidOption(
            f"The value of the header {name} has a character no header can carry", "",
            "Use letters, digits and signs of ASCII, with no line break",
        )  # fmt: skip


def _texts(source: Source, keys: Keys, said: object) -> dict[str, Text]:
    table = source.table(keys, said)
    return {name: _text(source, (*keys, name), value) for name, value in table.items()}


def _text(source: Source, keys: Keys, value: object) -> Text:
    found: list[Text] = []
    source.checked(keys, lambda: found.append(text_of(value)))
    return found[0]
