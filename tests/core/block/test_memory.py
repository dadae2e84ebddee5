"""Blocks to the interpreter: fields as attributes of one piece of memory."""

import pytest

from packfmu.core.block.memory import BlockMemory

from .blocks import made


def test_fields_are_views():
    block = made(3)
    assert block.names == ("level", "voltage", "pair", "Cell")
    assert (block.level, block["level"]) == (0.0, 0.0)
    assert block.voltage.tolist() == [1.0, 2.0, 3.0]
    assert block.pair.shape == (3, 2)
    block.voltage[1] = 9.0
    block.pair = 5.0
    block["level"] = 7.0
    block.Cell.sum = -1.0
    assert block.memory.tolist() == [7.0, 1.0, 9.0, 3.0] + 6 * [5.0] + [10.0, 11.0, 12.0, -1.0]
    assert block.Cell.memory.size == 4


def test_a_copy_has_memory_of_its_own():
    block = made(2)
    other = block.copy()
    other.level = 5.0
    assert isinstance(other, BlockMemory)
    assert block.level == 0.0


def test_a_field_that_is_not_declared_is_named():
    block = made(2)
    for get in (lambda: block.volts, lambda: setattr(block, "volts", 1.0)):
        with pytest.raises(AttributeError, match="no field 'volts' in a block of level, voltage, pair, Cell"):
            get()
    with pytest.raises(KeyError, match="no field 'volts'"):
        block["volts"]
