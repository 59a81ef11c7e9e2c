"""CSV job files: how a header maps to jobs, what a cell means, and where a fault is."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pillarbox_engine.backoff import Fixed
from pillarbox_engine.errors import InvalidJobFile
from pillarbox_engine.importing import Accepted, ImportOptions, Rejected, RejectedFile, read
from pillarbox_engine.importing.csv_columns import guarded, unguarded
from pillarbox_engine.importing.csv_rows import RowSplitter, cells, delimiter_of
from tests.engine.importing.files import Pipe, accepted, complaints, judged, payloads, rejected


def test_each_row_is_a_payload_of_text() -> None:
    data = (
        b"\xef\xbb\xbfemail,type,name,data\r\nada@x.example,gold,007,-1\r\nbob@x.example,,=1,\r\n"
    )
    verdicts = judged(data, "people.csv")
    assert payloads(verdicts) == [
        '{"email":"ada@x.example","type":"gold","name":"007","data":"-1"}',
        '{"email":"bob@x.example","type":"","name":"=1","data":""}',
    ]
    assert all(isinstance(v, Accepted) and v.job.type == "default" for v in verdicts)


def test_columns_of_a_payload_make_the_others_options() -> None:
    header = (
        b"type,priority,delay,backoff,payload.to,payload.customer.id:number,payload.tags:json\n"
    )
    row = b'welcome,3,1.5,"{""policy"":""fixed"",""seconds"":5}",ada,42,"[1,""x""]"\n'
    entry = accepted(header + row, "jobs.csv")
    assert entry.job.payload_json == '{"to":"ada","customer":{"id":42},"tags":[1,"x"]}'
    assert (entry.job.type, entry.job.priority, entry.job.delay) == ("welcome", 3, 1.5)
    assert entry.job.backoff == Fixed(seconds=5)


def test_an_empty_option_is_not_given_and_an_empty_typed_cell_is_null() -> None:
    first, second = judged(
        b"type,priority,payload.n:number,payload.b:boolean,payload.s\n,,,,x\nx,,7,TRUE,", "a.csv"
    )
    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert first.job.payload_json == '{"n":null,"b":null,"s":"x"}'
    assert (first.job.type, first.job.priority) == ("default", None)
    assert (second.job.type, second.job.payload_json) == ("x", '{"n":7,"b":true,"s":""}')


def test_a_whole_payload_is_json() -> None:
    data = b'queue,payload\nsms,"{""a"": 12345678901234567890}"\n,"\'-5"\n,nope\n'
    verdicts = judged(data, "a.csv")
    assert payloads(verdicts) == ['{"a":12345678901234567890}', "-5"]
    assert [v.queue for v in verdicts if isinstance(v, Accepted)] == ["sms", "inbox"]
    assert complaints(verdicts) == ["line 4, payload: nope is not a JSON value"]


def test_bare_takes_every_column_into_the_payload() -> None:
    entry = accepted(b"type,payload.a,name\nx,1,y\n", "a.csv", bare=True)
    assert entry.job.payload_json == '{"type":"x","payload.a":"1","name":"y"}'


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_tells_what_parts_the_cells(delimiter: str) -> None:
    text = delimiter.join(["a", '"b,;\tb,;\t"', "c"]) + "\n" + delimiter.join(["1", "2", "3"])
    entry = accepted(text.encode(), "a.csv")
    assert json.loads(entry.job.payload_json) == {"a": "1", "b,;\tb,;\t": "2", "c": "3"}


def test_a_fault_is_told_with_its_line_and_column() -> None:
    data = (
        b"type,priority,payload.to,payload.n:number\n"
        b"x,1\n"
        b'x,1,"two\nlines",x\n'
        b'x,1,5" pipe,1\n'
        b'x,1,"a"b,1\n'
        b"x,1001,a,1\n"
        b"x,high,a,1\n"
        b",,,\n\n"
        b"x,1,\xff,1\n"
        b"x,1,good,1\n"
        b'x,1,"never closed,1\nx,1,a,1\n'
    )
    verdicts = judged(data, "a.csv")
    assert payloads(verdicts) == ['{"to":"good","n":1}']
    assert complaints(verdicts) == [
        "line 2: it has 2 cells; the header has 4",
        "line 3, payload.n:number: expected a number, got x",
        "line 5: a quote in a cell without quotes: put the cell in quotes, doubling those in it "
        "(column 6)",
        "line 6: more follows the closing quote of a cell (column 8)",
        "line 7, $.priority: priority is out of range: 1001 is not in 0 to 1,000. Give a figure "
        "in that range",
        "line 8, priority: expected a number, got high",
        "line 11: byte 0xff is not UTF-8 (invalid start byte) (column 5)",
        "line 13: the quote that opens here is never closed (column 5)",
    ]


REFUSED = [
    (b"a,,b\n1,2,3", "column 2 of its header has no name"),
    (b"a,b,a\n", "'a' twice"),
    (b"payload.a,colour\n", "'colour' is no option; known are type, queue"),
    (b"payload,payload.a\n", "stands where another one does"),
    (b"payload.a,payload.a.b\n", "stands where another one does"),
    (b"payload.a,payload.a:json\n", "stands where another one does"),
    (b'a,"b\n', "never closed"),
    (b"a,b\r1,2\r", "line 1, column 4: a carriage return in a cell"),
    (b"a,\xff\n", "byte 0xff is not UTF-8"),
]


@pytest.mark.parametrize(("data", "says"), REFUSED, ids=range(len(REFUSED)))
def test_a_header_that_cannot_be_read_by_refuses_the_file(data: bytes, says: str) -> None:
    with pytest.raises(InvalidJobFile, match="CSV") as caught:
        judged(data, "a.csv")
    assert says in str(caught.value)
    assert caught.value.line == 1


def test_a_row_too_long_is_one_rejected_row_even_with_line_ends_in_quotes() -> None:
    long = b'"' + b"x\n" * 60_000 + b'"'
    verdicts = judged(b"a,b\n1," + long + b"\n3,4\n", "a.csv", max_payload=1_000)
    assert payloads(verdicts) == ['{"a":"3","b":"4"}']
    (bad,) = [v for v in verdicts if isinstance(v, Rejected)]
    assert (bad.line, bad.whole) == (2, False)
    assert "120,004 bytes" in bad.reason


def test_a_pipe_needs_its_format_told() -> None:
    options = ImportOptions(queue="q", format="csv", import_id="one")
    (verdict,) = read(Pipe(b"n\n1\n"), name="-", options=options)
    assert isinstance(verdict, Accepted)
    assert verdict.job.idempotency_key == "import:q:one:1"


def test_rejected_rows_are_saved_under_their_header(tmp_path: Path) -> None:
    data = b'payload.a:json\r\n1\r\n"x\ny"\r\nz\r\n'
    with RejectedFile(tmp_path / "bad.csv") as saved:
        for verdict in judged(data, "a.csv"):
            if isinstance(verdict, Rejected):
                saved.add(verdict)
        saved.add(rejected(b"{"))
    assert (tmp_path / "bad.csv").read_bytes() == b'payload.a:json\n"x\ny"\nz\n'
    assert "another form" in (tmp_path / "bad.csv.reasons.txt").read_text()


CELLS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=2)


@given(st.lists(CELLS, min_size=1), st.integers(1, 7), st.sampled_from(["\n", "\r\n"]))
def test_rows_as_the_standard_library_writes_them_come_back(
    rows: list[list[str]], size: int, end: str
) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    raw = out.getvalue().encode()
    chunks = iter([raw[at : at + size] for at in range(0, len(raw), size)])
    found = [cells(entry.raw.decode(), ",") for entry in RowSplitter(",", 1 << 20).split(chunks)]
    assert found == rows


@given(st.text(st.sampled_from('a,"\n\r;')), st.integers(1, 7))
def test_rows_do_not_depend_on_where_chunks_end(text: str, size: int) -> None:
    raw = text.encode()
    chunks = iter([raw[at : at + size] for at in range(0, len(raw), size)])
    assert list(RowSplitter(",", 1 << 20).split(chunks)) == list(
        RowSplitter(",", 1 << 20).split(iter([raw]))
    )


def test_the_delimiter_is_what_the_header_has_most_of() -> None:
    assert [delimiter_of(h) for h in ("a", "a;b,c;d", "a\tb", '"a;b;c",d')] == [",", ";", "\t", ","]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@A1", "\tx", "\rx", "'=x", "''=x", "'"])
def test_a_guarded_cell_is_no_formula_and_comes_back(cell: str) -> None:
    assert guarded(cell)[0] not in "=+-@\t\r"
    assert unguarded(guarded(cell)) == cell


@given(st.text())
def test_guarding_takes_nothing_away(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
