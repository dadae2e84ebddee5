"""On what an output may depend: a kernel for each statement and each kind of expression.

The statements are those of `core.dependence.statements`, the expressions those of `core.dependence.expressions`.
"""

import math

import pytest

from packfmu.core.dependence.dependencies import initial_dependencies
from packfmu.core.fields import Fields
from packfmu.core.kernel import kernel
from packfmu.core.model import Model
from packfmu.core.variable import Count, Variable

INF = math.inf
A, B, C, TABLE = 1, 2, 3, 4
"""The bits; those of the table's nodes follow."""
NODES = (4, 5, 6)


def scalar(name, size=None):
    return Variable(name, "1", size, 1.0, -INF, INF, 1.0, name)


FIELDS = Fields(
    parameters=(scalar("a"), scalar("b"), scalar("c"), scalar("table", Count(3, "node"))),
    outputs=(scalar("result"), scalar("each", Count(3, "cell"))),
    states=(scalar("memory", Count(3, "cell")), scalar("kept")),
    constants=(scalar("order", Count(3, "cell")),),
)


def depends(initialize):
    """Return the bits on which the result depends, and those of each element of the array."""
    model = Model("Toy", "Toy", FIELDS, initialize, initialize, initialize)
    found = initial_dependencies(model, {"a": A, "b": B, "c": C, "table": TABLE})
    bits = [{bit for bit in range(10) if on >> bit & 1} for on in (*found["result"], *found["each"])]
    return bits[0], bits[1:]


@kernel
def arithmetic(x, p, u, y, c):
    y.result = p.a * 2.0 + math.exp(-p.b)
    for k in range(3):
        y.each[k] = p.table[k]


@kernel
def by_condition(x, p, u, y, c):
    y.result = 1.0
    if p.a > 0.0:
        y.result = p.b


@kernel
def same_on_both_ways(x, p, u, y, c):
    y.result = 2.0 if p.a > 0.0 else 1.0 + 1.0


@kernel
def factor_by_condition(x, p, u, y, c):
    y.result = p.b if p.a > 0.0 else 2.0 * p.b


@kernel
def read_before_it_is_doubled(x, p, u, y, c):
    x.kept = p.b
    before = x.kept
    x.kept = 2.0 * p.b
    if p.a > 0.0:
        y.result = before
    else:
        y.result = x.kept


@kernel
def by_return(x, p, u, y, c):
    y.result = 0.0
    if p.a > 0.0:
        return
    y.result = 1.0


@kernel
def first_of(p):
    if p.a > 0.0:
        return p.b
    return p.c


@kernel
def by_callee(x, p, u, y, c):
    y.result = first_of(p)
    y.each[0] = 1.0
    y.each[1] = p.a
    y.each[2] = 0.0


@kernel
def look_up(x, p, u, y, c):
    place = int(min(max(p.a, 0.0), 2.0))
    y.result = p.table[place]
    for k in range(3):
        y.each[k] = 0.0
    y.each[place] = p.b


@kernel
def by_break(x, p, u, y, c):
    found = 0.0
    for k in range(3):
        if p.table[k] > p.a:
            break
        found += 1.0
    y.result = found


@kernel
def local_before_a_break(x, p, u, y, c):
    last = 0.0
    for k in range(3):
        last = 1.0 * k
        if p.a > 0.0:
            break
    y.result = last


@kernel
def by_bisection(x, p, u, y, c):
    low, high = 0.0, p.a
    for _ in range(60):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if middle * middle > p.b:
            high = middle
        else:
            low = middle
    y.result = high


@kernel
def by_number_of_rounds(x, p, u, y, c):
    total, k = 0.0, 0
    while k < p.a:
        total += p.b
        k += 1
    for _ in range(int(p.c)):
        total += 1.0
    y.result = total


@kernel
def chain_of_states(x, p, u, y, c):
    x.memory[0] = x.memory[1] = x.memory[2] = 0.0
    for _ in range(4):
        y.result = x.memory[2]
        x.memory[2] = x.memory[1]
        x.memory[1] = x.memory[0]
        x.memory[0] = p.a


@kernel
def zero(x, p, u, y, c):
    current = 0.0
    y.result = p.a + p.b * current + current / p.c


@kernel
def by_and(x, p, u, y, c):
    y.result = 1.0 if p.a > 0.0 and p.b > 0.0 else 0.0
    y.each[0] = 1.0 if c.order[0] > 5 and p.b > 0.0 else 0.0
    y.each[1] = y.each[2] = 0.0


@pytest.mark.parametrize(
    ("initialize", "on"),
    [
        (arithmetic, {A, B}),
        (by_condition, {A, B}),
        (same_on_both_ways, set()),
        (factor_by_condition, {A, B}),
        (read_before_it_is_doubled, {A, B}),
        (by_return, {A}),
        (by_callee, {A, B, C}),
        (look_up, {A, *NODES}),
        (by_break, {A, *NODES}),
        (local_before_a_break, {A}),
        (by_bisection, {A, B}),
        (by_number_of_rounds, {A, B, C}),
        (chain_of_states, {A}),
        (zero, {A}),
        (by_and, {A, B}),
    ],
)
def test_the_result_depends_on_just_what_it_can_depend_on(initialize, on):
    assert depends(initialize)[0] == on


@pytest.mark.parametrize(
    ("initialize", "each"),
    [
        (arithmetic, [{4}, {5}, {6}]),
        (by_callee, [set(), {A}, set()]),
        (look_up, [{A, B}] * 3),
        (by_and, [set()] * 3),
    ],
)
def test_so_does_each_element(initialize, each):
    assert depends(initialize)[1] == each


@kernel
def with_a_list(x, p, u, y, c):
    y.result = [p.a][0]


@kernel
def with_a_continue(x, p, u, y, c):
    for _ in range(3):
        continue


def test_what_no_kernel_holds_is_named():
    with pytest.raises(TypeError, match="line 3: kernels hold no List"):
        depends(with_a_list)
    with pytest.raises(TypeError, match="line 4: kernels hold no Continue"):
        depends(with_a_continue)


@kernel
def counting(x, p, u, y, c):
    x.kept += 1.0
    y.result = x.kept


def test_what_is_left_of_a_former_run_is_told():
    model = Model("Toy", "Toy", FIELDS, counting, counting, counting)
    assert initial_dependencies(model, {}, former=1 << A)["result"] == [1 << A]
