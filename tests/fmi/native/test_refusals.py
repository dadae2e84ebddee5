"""Kernels that do more than compute are refused by name before they become machine code."""

import ctypes
import math
from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.fields import Fields
from packfmu.core.kernel import kernel
from packfmu.core.model import Model
from packfmu.core.variable import Variable
from packfmu.fmi.native.elf import undefined_symbols
from packfmu.fmi.native.objects import ALLOWED, emit, kernel_code
from packfmu.fmi.native.platforms import LINUX


def quantity(name):
    return Variable(name, "1", None, 1.0, -math.inf, math.inf, 1.0, "A quantity")


def model_of(compute) -> Model:
    """A model whose step calls another kernel by way of a third."""

    @kernel
    def settle(x, p, u, y, c):
        y.result = p.gain

    @kernel
    def between(p):
        return compute(p) + 1.0

    @kernel
    def advance(x, p, u, y, c, t, h):
        y.result = between(p)
        return 0

    blocks = ((quantity("gain"),), (), (quantity("result"),), (), ())
    return Model("Toy", "A toy", Fields(*blocks), settle, settle, advance)


def test_what_c_has_is_allowed():
    @kernel
    def computing(p):
        return math.exp(p.gain) + math.atan2(p.gain, 2.0) + p.gain**2.5

    wanted = undefined_symbols(emit(kernel_code(model_of(computing)), LINUX))
    assert wanted == ["atan2", "exp", "pow"]
    assert set(wanted) <= ALLOWED


@kernel
def allocating(p):
    room = np.zeros(int(p.gain) + 2)
    room[0] = p.gain
    return room.sum()


@kernel
def raising(p):
    if p.gain > 3.0:
        raise ValueError
    return p.gain


@kernel
def tossing(p):
    return np.random.rand() + p.gain  # noqa: NPY002


@kernel
def printing(p):
    print(p.gain)
    return 0.0


@kernel
def listing(p):
    items = [p.gain, 1.0]
    return items[int(p.gain)]


@kernel
def remembering(p):
    return math.lgamma(p.gain)  # C's lgamma writes a global variable


drand48 = ctypes.CDLL(None).drand48
drand48.restype, drand48.argtypes = ctypes.c_double, ()

LONG_TABLE = np.linspace(0.0, 1.0, 200_000)


@kernel
def calling(p):
    return drand48() + p.gain


@kernel
def looking_up(p):
    return LONG_TABLE[int(p.gain)]


@pytest.mark.parametrize(
    ("compute", "words"),
    [
        (calling, "Toy: kernel calling holds an address of this process"),
        (looking_up, "Toy: kernel looking_up holds an address of this process"),
        (allocating, "Toy: kernel allocating calls NRT_MemInfo_"),
        (listing, "Toy: kernel listing calls NRT_MemInfo_"),
        (raising, r"Toy: kernel raising raises an exception"),
        (tossing, "Toy: kernel tossing calls numba_"),
        (printing, "Toy: kernel printing calls Py"),
        (remembering, "Toy: kernel remembering calls lgamma"),
    ],
)
def test_a_kernel_that_does_more_than_compute_is_refused_by_name(compute, words):
    with pytest.raises(InputError, match=words) as caught:
        kernel_code(model_of(compute))
    assert "\n" not in str(caught.value)


def test_a_kernel_that_numba_cannot_compile_is_refused_by_name():
    @kernel
    def advance(x, p, u, y, c, t, h):
        return {"a": p}.nothing

    broken = replace(model_of(raising), advance=advance)
    with pytest.raises(InputError, match="Toy: advance cannot be compiled"):
        kernel_code(broken)
