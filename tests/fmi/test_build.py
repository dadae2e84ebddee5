"""FMUs of several parts: what is said while they are built."""

import pytest

from packfmu.core.variable import Detail
from packfmu.fmi import build
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.definition import Part

PARTS = [
    Part("Thermal", "thermal", {"cells": 2}, {}),
    Part("Cell", "cell", {"cells": 2, "parameters": "nissan_leaf_2013"}, {}),
    Part("Bms", "bms", {"groups": 2, "parallel": 1, "parameters": "nissan_leaf_2013"}, {}),
]


@pytest.fixture
def said(monkeypatch):
    """Return what progress bars say; nothing is built."""
    texts = []

    def bar(iterable, text, *_, **__):
        texts.append(text)
        return iterable

    monkeypatch.setattr(build, "tqdm", bar)
    for name in ("build_native_fmu", "build_python_fmu"):
        monkeypatch.setattr(build, name, lambda *_: None)
    return texts


@pytest.mark.parametrize(
    ("at_hand", "text"),
    [
        (("Thermal",), "compiling Cell, Bms (once on this machine)"),
        (("Thermal", "Cell", "Bms"), "building FMUs"),
    ],
)
def test_a_compiler_that_runs_is_told_with_what_it_runs_for(tmp_path, monkeypatch, said, at_hand, text):
    monkeypatch.setattr(build, "are_at_hand", lambda wanted: wanted.model.name in at_hand)
    build_parts(PARTS, tmp_path, Detail.CELL)
    assert said == [text]


def test_nothing_is_compiled_for_the_python_flavour(tmp_path, monkeypatch, said):
    monkeypatch.setattr(build, "are_at_hand", None)
    build_parts(PARTS, tmp_path, Detail.CELL, Form.PYTHON)
    assert said == ["building FMUs"]
