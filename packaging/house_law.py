"""The rules of the house that no linter knows. `make check` runs this; it exits 1 on a breach.

Usage: house_law.py [ROOT]
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCE_ROOTS = ("app", "ui", "engine", "resources", "packaging")
LONGEST_MODULE = 400
CONNECTION_NAMES = {"conn", "connection", "db", "_connection", "_conn", "_db"}
HEX_COLOUR = re.compile(r"(?<![&\w])#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b")


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: its path below the root, its text and its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def root(self) -> str:
        """The first folder of the path: app, ui, engine, tests …"""
        return self.path.parts[0]


@dataclass(frozen=True, slots=True)
class Breach:
    """One place where a rule is broken."""

    path: Path
    line: int
    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.path.as_posix()}:{self.line}: {self.what} ({self.why})"


Rule = Callable[[Source], Iterator[Breach]]


def long_module(source: Source) -> Iterator[Breach]:
    """A module outside the tests has at most 400 lines."""
    lines = len(source.text.splitlines())
    if source.root != "tests" and lines > LONGEST_MODULE:
        what = f"{lines} lines, over {LONGEST_MODULE}"
        yield Breach(source.path, lines, what, "a module owns one thing: split it")


def qt_import(source: Source) -> Iterator[Breach]:
    """The engine and `import pillarbox` load no Qt."""
    if source.root != "engine" and source.path != Path("app/pillarbox/__init__.py"):
        return
    for node in ast.walk(source.tree):
        if "PySide6" in imported_packages(node):
            yield breach(source, node, "imports PySide6", "the engine must run without Qt")


def imported_packages(node: ast.AST) -> set[str]:
    """The top-level packages an import statement names; empty for anything else."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return {node.module.partition(".")[0]}
    return set()


def hex_colour(source: Source) -> Iterator[Breach]:
    """In the window, colours stand in the token and theme files only."""
    if source.root != "ui" or source.path.name.startswith(("tokens", "theme")):
        return
    for text in string_literals(source.tree):
        if found := HEX_COLOUR.search(str(text.value)):
            what = f"has the colour {found.group()}"
            yield breach(source, text, what, "every colour has a name in the token file")


def string_literals(tree: ast.Module) -> Iterator[ast.Constant]:
    """The string constants of a module that are not docstrings."""
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in statements:
            continue
        if isinstance(node.value, str):
            yield node


def with_connection(source: Source) -> Iterator[Breach]:
    """The engine never uses a connection as a context manager."""
    if source.root != "engine":
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.With) and any(is_connection(item) for item in node.items):
            why = "it waits for the write lock holding the GIL: execute BEGIN IMMEDIATE and COMMIT"
            yield breach(source, node, "`with connection:`", why)


def is_connection(item: ast.withitem) -> bool:
    """Whether a with item is a bare connection, by its name."""
    expression = item.context_expr
    if isinstance(expression, ast.Attribute):
        return expression.attr in CONNECTION_NAMES
    return isinstance(expression, ast.Name) and expression.id in CONNECTION_NAMES


def sleeping_test(source: Source) -> Iterator[Breach]:
    """Tests wait for what they wait for; only real faults, windows and measurements take time."""
    if source.root != "tests" or may_sleep(source.path):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "time.sleep":
            why = "inject the clock, or wait for the signal, event or state itself"
            yield breach(source, node, "calls time.sleep", why)
        elif imports_sleep(node):
            yield breach(source, node, "imports sleep", "inject the clock instead")


def imports_sleep(node: ast.AST) -> bool:
    """Whether a node is `from time import sleep`."""
    if not isinstance(node, ast.ImportFrom):
        return False
    return node.module == "time" and any(alias.name == "sleep" for alias in node.names)


def may_sleep(path: Path) -> bool:
    """Whether a test lies in a folder where real time is the subject."""
    return any(part in ("faults", "benchmarks") or part.startswith("real") for part in path.parts)


def breach(source: Source, node: ast.AST, what: str, why: str) -> Breach:
    """A breach at the line of `node`."""
    return Breach(source.path, getattr(node, "lineno", 1), what, why)


RULES: tuple[Rule, ...] = (long_module, qt_import, hex_colour, with_connection, sleeping_test)


def sources(root: Path) -> Iterator[Source]:
    """The Python files below `root` that the rules speak about."""
    for folder in (*SOURCE_ROOTS, "tests"):
        for path in sorted((root / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            yield Source(path.relative_to(root), text, ast.parse(text, str(path)))


def breaches(root: Path) -> list[Breach]:
    """Every breach below `root`, file by file."""
    return [found for source in sources(root) for rule in RULES for found in rule(source)]


def main(arguments: list[str]) -> int:
    """Print every breach; 1 if there is one, else 0."""
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    found = breaches(root)
    for one in found:
        print(one)
    print(f"house law: {len(found)} breaches" if found else "house law: kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
