"""Arrays of blocks in compiled kernels: elements, rows, extents, and what they are not."""

import pytest
from numba.core.errors import TypingError

from packfmu.core.kernel import kernel

from .blocks import made


@kernel
def swap(row, j):
    row[0], row[j] = row[j], row[0]


@kernel
def swap_all(x):
    for k in range(x.pair.shape[0]):
        swap(x.pair[k], 1)
    return x.pair.shape[0] + 10 * x.pair.shape[1] + 100 * x.pair[0].shape[0]


def test_rows_are_views():
    block = made(3)
    before = block.pair.copy()
    assert swap_all(block) == 3 + 20 + 200
    assert block.pair.tolist() == before[:, ::-1].tolist()


@kernel
def last(x):
    return x.voltage[x.voltage.shape[0] - 1] + x.pair[x.pair.shape[0] - 1, 1]


@pytest.mark.parametrize("cells", [1, 2, 50])
def test_the_last_element_is_inside(cells):
    block = made(cells)
    assert last(block) == block.voltage[-1] + block.pair[-1, 1]


@kernel
def by_a_small_integer(x, k):
    x.voltage[k] += 1
    return x.voltage[k]


def test_an_element_is_set_from_what_has_another_type():
    block = made(2)
    assert by_a_small_integer(block, True + 0) == 3.0
    assert block.voltage.tolist() == [1.0, 3.0]


@pytest.mark.parametrize(
    "wrong", [lambda x: x.voltage[0, 1], lambda x: x.voltage[0.5], lambda x: x.voltage[:1], lambda x: x.voltage.size]
)
def test_what_kernels_do_without_does_not_compile(wrong):
    with pytest.raises(TypingError):
        kernel(wrong)(made(2))


def test_a_row_cannot_be_set_as_a_whole():
    @kernel
    def sets(x):
        x.pair[0] = x.pair[1]

    with pytest.raises(TypingError):
        sets(made(2))
