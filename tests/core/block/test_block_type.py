"""Blocks to compiled kernels: the same fields of the same memory as to the interpreter, whatever their sizes."""

import numpy as np
import pytest
from numba.core.errors import TypingError

from packfmu.core.block.block_type import BlockType, nothing
from packfmu.core.kernel import kernel

from .blocks import made


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


def test_derivatives_by_a_complex_step():
    """Imaginary part over the step: exact to rounding, for nothing is subtracted."""

    @kernel
    def power(x):
        return x.level**3 * x.voltage[0]

    block = made(1, np.complex128)
    block.level, block.voltage = 2.0 + 1e-30j, 5.0
    assert power(block).imag / 1e-30 == pytest.approx(3.0 * 2.0**2 * 5.0, rel=1e-15)


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


def test_nothing_is_a_block_too():
    @kernel
    def counts(x, c):
        return x.level + 1.0

    @kernel
    def passes(x):
        return counts(x, nothing())

    assert passes(made(1)) == 1.0
    assert BlockType(made(0).Cell.structure) != BlockType(made(0).structure)
