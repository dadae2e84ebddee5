"""The way of a step through the modules of a Bms: only downwards, and through each room of the estimation once.

The kernels are followed call by call, in the order of their source, without running them.
"""

import ast
import inspect
from functools import cache
from graphlib import TopologicalSorter
from itertools import groupby

from packfmu.models.bms import bms, estimation

ROOMS = ("estimation", "capacity", "kalman", "kalman_correction", "resistance", "rest", "pack_estimate")
"""In the order of a step. All rooms stand on the states of the filter, the circuit, and numerics."""


def calls(node):
    """Yield what a piece of source calls, arguments before the function that they are for."""
    for child in ast.iter_child_nodes(node):
        yield from calls(child)
    if isinstance(node, ast.Call):
        yield ast.unparse(node.func)


@cache
def callees(kernel):
    """Return the kernels that a kernel calls, in this order."""
    found = []
    for name in calls(ast.parse(inspect.getsource(kernel.py_func))):
        value = kernel.py_func.__globals__.get(name.split(".")[0])
        for part in name.split(".")[1:]:
            value = getattr(value, part, None)
        if hasattr(value, "py_func"):
            found.append(value)
    return found


def room(kernel):
    return kernel.py_func.__module__.rsplit(".", 1)[-1]


def walk(kernel):
    """Yield caller and callee of each call below a kernel."""
    for callee in callees(kernel):
        yield kernel, callee
        yield from walk(callee)


def test_a_step_passes_each_room_of_the_estimation_once():
    visited = [room(callee) for _, callee in walk(estimation.estimate)]
    assert [name for name, _ in groupby(name for name in visited if name in ROOMS)] == list(ROOMS)


def test_calls_go_downwards_only():
    """There is an order of the modules in which every call goes to a later one, or stays."""
    above = {}
    for kernel in (bms.initialize, bms.advance):
        for caller, callee in walk(kernel):
            if room(caller) != room(callee):
                above.setdefault(callee.py_func.__module__, set()).add(caller.py_func.__module__)
    order = list(TopologicalSorter(above).static_order())
    assert order[0].endswith("bms.bms")
