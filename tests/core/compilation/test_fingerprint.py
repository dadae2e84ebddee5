"""What a kernel computes as a hash: it follows every change in what the kernel reaches, and nothing else."""

import math
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import pytest

from packfmu.core.compilation import fingerprint as module
from packfmu.core.compilation.fingerprint import fingerprint
from packfmu.core.kernel import generated, kernel

SOURCE = """
from math import exp

FACTOR = {factor}

def lowest(x):
    return {lowest}

def middle(x):
    return lowest(x) + 1.0

def top(x):
    return middle(x) * FACTOR + exp(x)
"""


def top(lowest="2.0 * x", factor="3.0"):
    """Return a kernel two calls above `lowest`."""
    namespace = {}
    exec(SOURCE.format(lowest=lowest, factor=factor), namespace)
    for name in ("lowest", "middle", "top"):
        namespace[name] = kernel(namespace[name])
    return namespace["top"]


def test_equal_code_is_equal_wherever_it_stands():
    assert fingerprint(top()) == fingerprint(top())
    assert len(fingerprint(top())) == 64


@pytest.mark.parametrize("change", [{"lowest": "2.5 * x"}, {"lowest": "x * 2.0"}, {"factor": "3"}, {"factor": "True"}])
def test_a_change_two_calls_below_is_seen(change):
    assert fingerprint(top(**change)) != fingerprint(top())


def one_line(body, **called):
    return generated("one", "x", body, called, __name__)


def test_generated_kernels_differ_by_what_they_call():
    assert fingerprint(one_line("return f(x)", f=top())) != fingerprint(one_line("return f(x)", f=top("0.5 * x")))


def test_a_generated_kernel_is_made_once():
    called = top()
    assert one_line("return f(x)", f=called) is one_line("return f(x)", f=called)
    assert one_line("return f(x)", f=called) is not one_line("return 2.0 * f(x)", f=called)


def of_closure(value):
    @kernel
    def closes(x):
        return x + value

    return fingerprint(closes)


class Kind(IntEnum):
    ONE = 1


class Pair(NamedTuple):
    first: float
    second: float


def test_values_of_closures_enter():
    values = [1, 1.0, True, 2, None, (1, 2.0), (2, 1.0), Kind.ONE, Kind, Pair, Pair(1.0, 2.0), top(), "text", math.exp]
    assert len({of_closure(value) for value in values}) == len(values)


def test_of_a_module_what_is_taken_from_it_enters():
    def reads(x):
        return module.PLAIN, math.exp(x)

    before = fingerprint(reads)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "NAMES", (*module.NAMES, "LOAD_CLOSURE"))
        fingerprint.cache_clear()
        assert fingerprint(reads) == before
        patch.setattr(module, "PLAIN", (int, *module.PLAIN))
        fingerprint.cache_clear()
        assert fingerprint(reads) != before


@pytest.mark.parametrize("value", [np.zeros(2), object(), {"a": 1}])
def test_what_cannot_be_told_is_refused_and_named(value):
    with pytest.raises(TypeError, match=r"kernel of_closure\S+closes refers to .*, which tells nothing"):
        of_closure(value)
