"""What compiled code knows of a block, and the layout that tells it the rest."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.block.memory import block_of
from packfmu.core.block.structure import ANY, layout_of, size_of, structure_of
from packfmu.core.variable import Count, Variable


def variable(name, size=None, owner=""):
    return Variable(name, "m", size, 0.0, -math.inf, math.inf, 1.0, "A level", owner=owner)


def fields(cells, pairs=2):
    """Return a scalar, an array of cells, one of pairs for each cell, and two owners' fields."""
    n = Count(cells, "cell")
    return (
        variable("level"), variable("voltage", n), variable("pair", (n, pairs)), variable("total"),
        variable("current", n, "Cell"), variable("sum", None, "Cell"), variable("flow", 3, "Board"),
    )  # fmt: skip


def test_layout_by_hand():
    """Offsets from the start of the block, and extents; an owner's fields count from the owner's start."""
    level, voltage, pair, total = [0], [1, 5], [6, 5, 2], [16]
    cell = [17, 0, 5, 5]
    board = [23, 0, 3]
    assert layout_of(fields(5)).tolist() == [*level, *voltage, *pair, *total, *cell, *board]


def test_blocks_may_lie_within_blocks():
    """Each counts from its own start; a block may have fields before and behind those within it."""
    n = Count(4, "cell")
    declared = (
        variable("level"), variable("voltage", n, "Cell"), variable("soc", n, "Cell.kind"),
        variable("total", None, "Cell.kind"), variable("pair", 2, "Cell.other.inner"), variable("end", None, "Cell"),
        variable("last"),
    )  # fmt: skip
    cell = [1, *[0, 4], *[4, *[0, 4], 4], *[9, *[0, 0, 2]], 11]
    assert layout_of(declared).tolist() == [0, *cell, 13]
    structure = structure_of(declared)
    assert structure.length == layout_of(declared).size
    assert size_of(structure, layout_of(declared)) == sum(v.count for v in declared)
    block = block_of(declared)
    block.Cell.kind.soc[:], block.Cell.other.inner.pair[:], block.last = 2.0, 3.0, 5.0
    assert block.memory.tolist() == [0.0] * 5 + [2.0] * 4 + [0.0] + [3.0, 3.0] + [0.0, 5.0]


def test_counts_are_no_structure_and_other_extents_are():
    assert structure_of(fields(5)) == structure_of(fields(7000))
    assert structure_of(fields(5)).digest == structure_of(fields(0)).digest
    assert structure_of(fields(5)).digest != structure_of(fields(5, pairs=3)).digest
    assert structure_of(fields(5)).places["pair"].field.extents == (ANY, 2)


def test_places_that_do_not_depend_on_counts_are_told():
    places = structure_of(fields(5)).places
    assert [places[name].offset for name in ("level", "voltage", "pair", "total", "Cell")] == [0, 1, None, None, None]
    fixed = structure_of((variable("a", 3), variable("b", (2, 2)), variable("c", None, "D"), variable("e")))
    assert [place.offset for place in fixed.places.values()] == [0, 3, 7, 8]


@given(st.integers(0, 9), st.integers(1, 4))
def test_fields_fill_the_memory_without_gap_or_overlap(cells, pairs):
    declared = fields(cells, pairs)
    structure, layout = structure_of(declared), layout_of(declared)
    taken = []
    for place in structure.places.values():
        inner = place.field.block
        own = layout[place.entry + 1 : place.entry + place.field.length]
        size = size_of(inner, own) if inner else math.prod(own.tolist())
        taken += range(layout[place.entry], layout[place.entry] + size)
    assert taken == list(range(sum(v.count for v in declared))) == list(range(size_of(structure, layout)))
    assert layout.size == structure.length


def test_nothing_is_a_block_too():
    assert structure_of(()).places == {}
    assert layout_of(()).dtype == np.int64
    assert structure_of(()).count == 0


@pytest.mark.parametrize("size", [0, -1])
def test_an_extent_of_the_structure_is_at_least_one(size):
    with pytest.raises(ValueError, match="must be at least 1, that of a Count at least 0"):
        variable("empty", size)
    with pytest.raises(ValueError, match="must be at least 1, that of a Count at least 0"):
        variable("negative", Count(-1, "cell"))
    assert variable("none", Count(0, "cell")).scalar_names() == []
