"""model.h: what the shim knows of a model when it is compiled."""

import re
from dataclasses import replace

import pytest

from packfmu.fmi.native.header import header
from tests.fmi.native.toy import declare


def text_of(model):
    return header(model, "stamp").decode()


def structures(model):
    """The codes of the blocks x, p, u, y and c."""
    body = text_of(model).partition("structures[] = {")[2].partition("}")[0]
    return [line.split() for line in body.replace(",", "").split("\n") if line.strip()]


def test_it_tells_the_structure_of_each_block():
    assert structures(declare()) == [
        ["FIELD", "ANY", "FIELD", "FIELD", "STOP"],
        ["BLOCK", "FIELD", "LEAVE", "FIELD", "FIELD", "ANY", "FIELD", "ANY", "FIELD", "2", "3", "FIELD", "STOP"],
        ["FIELD", "ANY", "FIELD", "FIELD", "FIELD", "FIELD", "FIELD", "STOP"],
        ["FIELD", "ANY", "FIELD", "ANY", "FIELD", "FIELD", "2", "FIELD", "FIELD", "STOP"],
        ["FIELD", "STOP"],
    ]
    assert "LAYOUT_LENGTH = 32 }" in text_of(declare())
    assert '#define MODEL_IDENTIFIER "Toy"\n#define MODEL_STAMP "stamp"\n' in text_of(declare())


def test_a_block_may_lie_within_another():
    toy = declare()
    states = tuple(replace(variable, owner="Outer.Inner") for variable in toy.states)
    nested = replace(toy, fields=replace(toy.fields, states=states))
    assert structures(nested)[0] == ["BLOCK", "BLOCK", "FIELD", "ANY", "FIELD", "FIELD", "LEAVE", "LEAVE", "STOP"]


def test_a_block_may_be_empty():
    toy = declare()
    empty = replace(toy, fields=replace(toy.fields, states=(), constants=()))
    assert [structures(empty)[place] for place in (0, 4)] == [["STOP"], ["STOP"]]


@pytest.mark.parametrize("sizes", [{"tanks": 0}, {"tanks": 1}, {"tanks": 7104}, {"reserves": 5}, {"begin": 3}])
def test_nothing_of_a_size_or_value_is_in_it(sizes):
    assert text_of(declare(**sizes)) == text_of(declare())


def test_the_order_of_the_kernels_arguments_is_that_of_the_blocks():
    (initialize,) = re.findall(r"model_initialize\((.*)\);", text_of(declare()))
    assert re.findall(r"\w+ \*(\w+)", initialize) == [
        *("ret", "x", "x_layout", "p", "p_layout", "u", "u_layout", "y", "y_layout", "c", "c_layout")
    ]
