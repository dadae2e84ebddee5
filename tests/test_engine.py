"""The engine, `coupling` and `cosim`, knows no batteries: no word of theirs is among its names and texts.

Docstrings may give a pack as an example; they are not looked at.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = [
    p.relative_to(ROOT).as_posix() for room in ("coupling", "cosim") for p in sorted((ROOT / room).rglob("*.py"))
]
WORDS = {
    "aging", "ageing", "battery", "batteries", "balance", "balancer", "balancing", "bms", "capacity", "cell", "cells",
    "charge", "charging", "electrical", "emf", "group", "groups", "pack", "packs", "soc", "soh", "temperature",
    "thermal", "voltage",
}  # fmt: skip
"""Words of batteries."""
FOREIGN = {"pack"}
"""Names of the standard library: ``struct.pack``."""


def words_of(text):
    """Return the words of a name or a text, in lower case; they begin with a capital or after anything but a letter."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)}


def texts(tree):
    """Yield line and text of every name, and of every text that is more than a docstring."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in alone:
                yield node.lineno, text
            case ast.Attribute(attr=name) if name not in FOREIGN:
                yield node.lineno, name
            case ast.Name(id=name) | ast.arg(arg=name) | ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.keyword(arg=str(name)):
                yield node.value.lineno, name
            case ast.alias(name=name, asname=other):
                yield node.lineno, f"{name} {other or ''}"


def found_in(source):
    return sorted({(line, word) for line, text in texts(ast.parse(source)) for word in words_of(text) & WORDS})


@pytest.mark.parametrize("path", SOURCES)
def test_the_engine_knows_no_batteries(path):
    assert found_in((ROOT / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("def group_voltage(): pass", "group"),
        ("x = Layer.AGING", "aging"),
        ("FORECASTS = ('emf',)", "emf"),
        ("from x import SocShift", "soc"),
        ("f(cell=1)", "cell"),
        ("print(f'a {x} of the pack')", "pack"),
        ("class Balancer: pass", "balancer"),
    ],
)
def test_words_are_found(source, word):
    assert word in {found for _, found in found_in(source)}


def test_docstrings_and_words_within_words_are_not_looked_at():
    source = '"""A pack."""\nX = 1\n"""Of a cell."""\ndef f():\n    """Soc."""\n    return packed(excellent)'
    assert found_in(source) == []
