"""Kernels that others call are only lowered; results are those of numba's own way."""

import math
import threading

import numpy as np
import pytest
from numba import njit

from packfmu.core.compilation import kept
from packfmu.core.compilation.compiler import lowering_only, reached, together
from packfmu.core.kernel import kernel


@pytest.fixture(autouse=True)
def nothing_is_kept_yet(monkeypatch, tmp_path):
    monkeypatch.setattr(kept, "code_folder", lambda name: tmp_path)


def chain(wrap):
    """Return a function that calls two others, all made by `wrap`, and the two."""

    @wrap
    def weight(x, k):
        return math.exp(-0.1 * k) * x[k]

    @wrap
    def total(x):
        result = 0.0
        for k in range(x.shape[0]):
            result += weight(x, k)
        return result

    @wrap
    def ratio(x):
        return total(x) / (1.0 + abs(weight(x, 0)))

    return ratio, total, weight


VALUES = np.random.default_rng(5).normal(size=1001)


def test_results_are_those_of_numba_to_the_last_bit():
    ours, theirs = chain(kernel), chain(njit(error_model="numpy"))
    assert ours[0](VALUES) == theirs[0](VALUES)
    assert ours[1](VALUES) == theirs[1](VALUES)


def test_what_was_only_lowered_is_forgotten():
    ratio, total, weight = chain(kernel)
    ratio(VALUES)
    assert (len(ratio.overloads), len(total.overloads), len(weight.overloads)) == (1, 0, 0)
    assert weight(VALUES, 3) == math.exp(-0.1 * 3) * VALUES[3]
    assert len(weight.overloads) == 1


def test_several_share_what_they_call():
    ratio, total, weight = chain(kernel)
    with together():
        ratio(VALUES)
        lowered = list(weight.overloads.values())
        total(VALUES)
        assert list(weight.overloads.values()) == lowered != []
    assert len(weight.overloads) == 0


def test_a_kernel_that_fails_leaves_nothing_behind():
    ratio, total, _ = chain(kernel)

    @kernel
    def fails(x):
        return ratio(x) + x.nothing

    with pytest.raises(Exception, match="nothing"):
        fails(VALUES)
    assert len(total.overloads) == 0
    assert ratio(VALUES) == chain(kernel)[0](VALUES)


def test_only_lowered_cannot_be_called():
    ratio, _, _ = chain(kernel)
    with lowering_only():
        ratio.compile((ratio.typeof_pyval(VALUES),))
        assert len(ratio.overloads) == 1
    assert len(ratio.overloads) == 0
    assert math.isfinite(ratio(VALUES))


def test_threads_compile_one_after_another():
    ratio, total, weight = chain(kernel)
    found = {}

    def call(name, function, *arguments):
        found[name] = function(*arguments)

    calls = [("ratio", ratio, VALUES), ("total", total, VALUES), ("weight", weight, VALUES, 7)]
    threads = [threading.Thread(target=call, args=each) for each in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other = chain(njit(error_model="numpy"))
    assert found == {"ratio": other[0](VALUES), "total": other[1](VALUES), "weight": other[2](VALUES, 7)}


class Called:
    """What is linked: code, and what it calls."""

    def __init__(self, *calls):
        self._linking_libraries = calls


@pytest.mark.parametrize("swapped", [False, True])
def test_what_several_call_is_linked_after_all_of_them(swapped):
    """LLVM leaves out what nobody calls so far; a call in a branch that is never taken counts for none."""
    shared = Called()
    deep, flat = Called(Called(shared)), Called(shared)
    found = reached(Called(*((flat, deep) if swapped else (deep, flat))))
    assert len(found) == len(set(found)) == 4
    for place, each in enumerate(found):
        assert all(found.index(called) > place for called in each._linking_libraries)
