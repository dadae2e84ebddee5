"""Blocks to the interpreter and to compiled kernels: the same fields of the same memory."""

import math

import numpy as np
import pytest
from numba.core.errors import TypingError

from packfmu.core.block.memory import BlockMemory, block_of
from packfmu.core.kernel import kernel
from packfmu.core.variable import Count, Variable


def variable(name, size=None, owner=""):
    return Variable(name, "m", size, 0.0, -math.inf, math.inf, 1.0, "A level", owner=owner)


def made(cells, scalar=np.float64):
    """Return a block of a scalar, an array, a table, and a block, numbered through."""
    n = Count(cells, "cell")
    of = (variable("level"), variable("voltage", n), variable("pair", (n, 2)), variable("soc", n, "Cell"),
          variable("sum", None, "Cell"))  # fmt: skip
    block = block_of(of, scalar)
    block.memory[:] = np.arange(block.memory.size)
    return block


@kernel
def mix(x):
    """Use a field of every kind, and set scalars and elements."""
    total = x.level
    for k in range(x.voltage.shape[0]):
        for j in range(x.pair.shape[1]):
            total += x.voltage[k] * x.pair[k, j]
        x.voltage[k] += 1.0
        x.pair[k, 1] = -x.voltage[k]
        x.Cell.soc[k] = total
    x.level = total
    x.Cell.sum = 2.0 * x.Cell.sum
    return total + x.Cell.soc.shape[0]


@pytest.mark.parametrize("cells", [0, 1, 2, 33])
def test_compiled_and_interpreted_kernels_do_the_same(cells):
    """The values are whole numbers: any order of the sums gives them."""
    ours, theirs = made(cells), made(cells)
    assert mix(ours) == mix.py_func(theirs)
    assert ours.memory.tobytes() == theirs.memory.tobytes()
    assert ours.memory.tobytes() != made(cells).memory.tobytes()


def test_one_code_serves_all_sizes():
    for cells in (0, 1, 7):
        mix(made(cells))
    assert len(mix.signatures) == 1
    assert mix.nopython_signatures[0].args[0] == mix.typeof_pyval(made(9000))


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


def test_derivatives_by_a_complex_step():
    """Imaginary part over the step: exact to rounding, for nothing is subtracted."""

    @kernel
    def power(x):
        return x.level**3 * x.voltage[0]

    block = made(1, np.complex128)
    block.level, block.voltage = 2.0 + 1e-30j, 5.0
    assert power(block).imag / 1e-30 == pytest.approx(3.0 * 2.0**2 * 5.0, rel=1e-15)


def test_a_field_that_is_not_declared_is_named():
    block = made(2)
    for get in (lambda: block.volts, lambda: setattr(block, "volts", 1.0)):
        with pytest.raises(AttributeError, match="no field 'volts' in a block of level, voltage, pair, Cell"):
            get()
    with pytest.raises(KeyError, match="no field 'volts'"):
        block["volts"]


@kernel
def misspells(states):
    return states.voltage[0] + states.volts


@kernel
def calls_it(x):
    return misspells(x)


@pytest.mark.parametrize("called", [misspells, calls_it])
def test_a_kernel_that_names_it_does_not_compile_and_is_named(called):
    wanted = r"kernel [\w.]*misspells: block states has no field 'volts'; it has level, voltage, pair, Cell"
    with pytest.raises(TypingError, match=wanted):
        called(made(2))


def test_an_array_cannot_be_set_as_a_whole():
    @kernel
    def sets(x):
        x.voltage = x.Cell.soc

    with pytest.raises(TypingError, match="field 'voltage' of a block is no scalar"):
        sets(made(2))
