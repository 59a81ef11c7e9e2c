"""Errors that are alike share a fingerprint; others do not."""

from __future__ import annotations

import json

import pytest

from pillarbox_engine.fingerprint import (
    MAX_TRACEBACK,
    failure_from,
    failure_of,
    fingerprint,
    normalised,
)
from pillarbox_engine.model import Failure


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("user 17 not found", "user 4,211 not found"),
        ("took 1.5e3 ms", "took 27 ms"),
        ("no such key 'alpha'", "no such key 'omega'"),
        ('bad value "x"', 'bad value "another thing"'),
        ("cannot open /var/lib/a/b.txt", "cannot open /home/me/c.dat"),
        (r"cannot open C:\Users\a\b.txt", r"cannot open D:\c.txt"),
        ("connect to 10.0.0.7:5432 failed", "connect to 192.168.1.1:80 failed"),
        ("GET https://example.org/a?b=1 gave 500", "GET http://other.test/z gave 502"),
        ("mail to ann@example.org bounced", "mail to bob.b@mail.test bounced"),
        ("<Thing object at 0x7f3a9c>", "<Thing object at 0x55d01b>"),
        (
            "job 0b8f5f0e-27a6-4f0c-9a53-1f6b8c1a2d3e gone",
            "job 7c9e6679-7425-40de-944b-e07fc1f90ae7 gone",
        ),
        ("commit 9fceb02d0ae598e9 missing", "commit 0ae5989fceb02d00 missing"),
        ("token A1b2C3d4E5f6G7 refused", "token Z9y8X7w6V5u4T3 refused"),
        ("two  spaces", "two spaces"),
    ],
)
def test_alike(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)
    assert fingerprint("ValueError", one) == fingerprint("ValueError", other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ValueError", "bad", "a.py:f"), ("TypeError", "bad", "a.py:f")),
        (("ValueError", "bad", "a.py:f"), ("ValueError", "bad", "a.py:g")),
        (("ValueError", "user not found", ""), ("ValueError", "order not found", "")),
        (("ValueError", "it isn't there", ""), ("ValueError", "it isn't here", "")),
    ],
)
def test_different(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    assert fingerprint(*one) != fingerprint(*other)


def caught(error: BaseException) -> Failure:
    try:
        raise error
    except BaseException as raised:
        return failure_from(raised)


def test_failure_has_type_message_and_traceback() -> None:
    failure = caught(ValueError("number 17 is wrong"))
    assert (failure.type, failure.message) == ("ValueError", "number 17 is wrong")
    assert "in caught" in failure.traceback
    assert failure.traceback.endswith("ValueError: number 17 is wrong")
    assert len(failure.fingerprint) == 12
    assert not failure.timed_out


def test_type_of_another_module_is_qualified() -> None:
    assert caught(json.JSONDecodeError("bad", "", 0)).type == "json.decoder.JSONDecodeError"


def test_innermost_frame_of_own_code_counts_not_the_library_below() -> None:
    def reads() -> None:
        json.loads("{")

    def also_reads() -> None:
        json.loads("{")

    prints = set()
    for function in (reads, also_reads, reads):
        try:
            function()
        except ValueError as error:
            prints.add(failure_from(error).fingerprint)
    assert len(prints) == 2


def test_long_traceback_keeps_its_tail() -> None:
    failure = caught(ValueError("x" * 50_000 + " the end"))
    assert len(failure.traceback) <= MAX_TRACEBACK
    assert failure.traceback.startswith("…")
    assert failure.traceback.endswith("the end")


def test_message_that_cannot_be_made() -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

    assert "could not be read" in caught(Broken()).message


def test_lone_surrogates_are_replaced() -> None:
    failure = caught(ValueError("bad \ud800 text"))
    failure.message.encode("utf-8")
    failure.traceback.encode("utf-8")
    failure_of("Reject", "bad \ud800").message.encode("utf-8")


def test_engine_frames_are_left_out() -> None:
    from pillarbox_engine.settings import check_number

    try:
        check_number("x", "y", 0, 1)
    except ValueError as error:
        traceback = failure_from(error).traceback
    assert "test_engine_frames_are_left_out" in traceback
