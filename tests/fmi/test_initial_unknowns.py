"""On what outputs depend after initialisation, in the model description of the toy."""

from xml.etree import ElementTree

import pytest

from packfmu.core.variable import Detail
from packfmu.fmi import initial_unknowns
from packfmu.fmi.description import model_description
from packfmu.fmi.python.fmu import PYTHON
from tests.fmi.trees import load_toy


def told(detail=Detail.CELL):
    """Return by the name of each output the names of what it depends on; None for all."""
    root = ElementTree.fromstring(model_description(load_toy(2), PYTHON, "{x}", detail))
    names = [element.get("name") for element in root.iter("ScalarVariable")]
    unknowns = root.iterfind("ModelStructure/InitialUnknowns/Unknown")
    lists = {names[int(unknown.get("index")) - 1]: unknown.get("dependencies") for unknown in unknowns}
    return {
        name: None if text is None else [names[int(index) - 1] for index in text.split()]
        for name, text in lists.items()
    }


LEVELS = ["initial_level[1]", "initial_level[2]"]
TOTALS = {
    "total": LEVELS,
    "total.scaled": ["gain", *LEVELS],
    "quotient": [*LEVELS, "divisor"],
    "enabled": ["enable"],
    "steps": ["shift"],
}
EACH = {f"{name}[{k}]": [f"initial_level[{k}]"] for name in ("level", "echo") for k in (1, 2)}


def test_each_output_names_the_parameters_and_inputs_that_it_is_made_of():
    assert told() == EACH | TOTALS


def test_what_is_not_listed_is_not_told():
    assert told(Detail.PACK) == TOTALS


def test_beyond_a_size_nothing_is_told(monkeypatch):
    monkeypatch.setattr(initial_unknowns, "MOST", 10)
    assert set(told().values()) == {None}


SHORT = {*EACH, "enabled", "steps"}


@pytest.mark.parametrize(("growth", "named"), [(0.0, set()), (0.012, SHORT), (0.5, {*EACH, *TOTALS})])
def test_the_longest_lists_are_left_out_where_they_make_the_file_too_large(monkeypatch, growth, named):
    monkeypatch.setattr(initial_unknowns, "GROWTH", growth)
    assert {name for name, on in told().items() if on is not None} == named
