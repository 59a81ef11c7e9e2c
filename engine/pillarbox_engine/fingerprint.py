"""Which errors are alike: a short fingerprint of type, message and place.

Owns the normalisation (numbers, ids, quotes, paths and addresses differ between errors that are
the same), and the making of a `Failure` from an exception: its traceback bounded and without the
engine's own frames.
"""

from __future__ import annotations

import hashlib
import re
import traceback
from pathlib import Path
from types import CodeType, TracebackType

from pillarbox_engine.model import Failure
from pillarbox_engine.retry_rules import dotted, names_of

MAX_TRACEBACK = 16 * 1024
MAX_MESSAGE = 4 * 1024
_OWN = str(Path(__file__).parent)
_LIBRARY = re.compile(r"[/\\](?:site-packages|dist-packages|lib[/\\]python[\d.]+)[/\\]")

_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>]+", re.I), "<address>"),
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]*\w"), "<address>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"), "<address>"),
    (re.compile(r"\b0x[0-9a-f]+\b", re.I), "<address>"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.I), "<id>"),
    (re.compile(r"(?<![\w/\\])(?:[a-z]:)?(?:[\w.~-]*[/\\])+[\w.~-]+", re.I), "<path>"),
    (re.compile(r"\"[^\"]*\"|(?<!\w)'[^']*'|`[^`]*`|“[^”]*”|«[^»]*»"), "<text>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b", re.I), "<id>"),
    (re.compile(r"\b(?=\w*\d)(?=\w*[a-z])\w{12,}\b", re.I), "<id>"),
    (re.compile(r"[-+]?\d+(?:[.,:]\d+)*(?:e[-+]?\d+)?", re.I), "<number>"),
    (re.compile(r"\s+"), " "),
)


def normalised(message: str) -> str:
    """`message` with what varies between two errors of one kind replaced by a word for it."""
    text = message[:MAX_MESSAGE]
    for pattern, word in _RULES:
        text = pattern.sub(word, text)
    return text.strip()


def fingerprint(kind: str, message: str, frame: str = "") -> str:
    """Twelve hex digits, the same for errors that are alike. `frame`: "file name:function"."""
    material = "\x1f".join((kind, normalised(message), frame))
    return hashlib.blake2b(material.encode("utf-8", "replace"), digest_size=6).hexdigest()


def failure_of(kind: str, message: str, *, timed_out: bool = False) -> Failure:
    """A failure of type `kind` that no exception stands for."""
    return Failure(
        type=kind,
        message=_printable(message)[:MAX_MESSAGE],
        fingerprint=fingerprint(kind, message),
        timed_out=timed_out,
    )


def failure_from(exception: BaseException) -> Failure:
    """What `exception` is kept as: type, message, the handler's traceback, fingerprint."""
    handlers_own = _without_engine(exception.__traceback__)
    message = _message(exception)
    name = dotted(exception.__class__)
    return Failure(
        type=name,
        message=_printable(message)[:MAX_MESSAGE],
        traceback=_text(exception, handlers_own),
        fingerprint=fingerprint(name, message, _frame(handlers_own)),
        bases=names_of(exception.__class__, name),
    )


def _message(exception: BaseException) -> str:
    try:
        return str(exception)
    except Exception as error:  # a broken __str__ must not cost the job its error
        return f"(its message could not be read: {type(error).__name__})"


def _without_engine(start: TracebackType | None) -> TracebackType | None:
    """The traceback from the first frame that is not the engine's own; None if all are."""
    while start is not None and _is_own(start.tb_frame.f_code.co_filename):
        start = start.tb_next
    return start


def _is_own(filename: str) -> bool:
    return filename.startswith(_OWN)


def _frame(start: TracebackType | None) -> str:
    """The innermost frame of code that is not of an installed library, else of any code."""
    codes = [code for code in _codes(start) if not _is_own(code.co_filename)]
    handlers_own = [code for code in codes if not _LIBRARY.search(code.co_filename)] or codes
    if not handlers_own:
        return ""
    code = handlers_own[-1]
    return f"{Path(code.co_filename).name}:{code.co_name}"


def _codes(start: TracebackType | None) -> list[CodeType]:
    codes: list[CodeType] = []
    while start is not None:
        codes.append(start.tb_frame.f_code)
        start = start.tb_next
    return codes


def _text(exception: BaseException, start: TracebackType | None) -> str:
    lines = traceback.format_exception(type(exception), exception, start)
    text = _printable("".join(lines).rstrip())
    if len(text) <= MAX_TRACEBACK:
        return text
    return "…" + text[-(MAX_TRACEBACK - 1) :]


def _printable(text: str) -> str:
    """`text` with lone surrogates replaced, so any store can carry it."""
    return text.encode("utf-8", "replace").decode("utf-8")
