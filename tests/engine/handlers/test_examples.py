"""Every handlers file of the documents is one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pillarbox_engine.handlers import inspect
from tests.engine.handlers.kit import written

ROOT = Path(__file__).parents[3]


def examples() -> list[str]:
    """The TOML of the README and of the document on handlers files."""
    texts = [
        (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/handlers.md")
    ]
    blocks = [
        block for text in texts for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    ]
    return [block for block in blocks if "[handlers." in block]


@pytest.mark.parametrize("example", examples())
def test_an_example_is_a_handlers_file(tmp_path: Path, example: str) -> None:
    assert inspect(written(tmp_path, example)).describe()


def test_there_are_examples_of_all_three_kinds(tmp_path: Path) -> None:
    files = [inspect(written(tmp_path, example)) for example in examples()]
    assert {one.kind for file in files for one in file.describe()} == {"http", "command", "python"}
