"""Ties: two components a layer and equal periods; order follows the system's lists and nothing else.

::

      A ---flow----+   +---level--- B        A, B  electrical, every 1 s
       |           |   |            |
       level       v   v            flow
       |             D              |
       +----------> C <-------------+        C, D  thermal, every 1 s too
"""

import itertools

from packfmu.coupling.operations import connect
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from tests.coupling import toys
from tests.coupling.toys import ELECTRICAL, THERMAL

PERIODS = dict.fromkeys((ELECTRICAL, THERMAL), 10**9)

COMPONENTS = {
    "A": toys.component("A", ELECTRICAL, toys.source()),
    "B": toys.component("B", ELECTRICAL, toys.source()),
    "C": toys.component("C", THERMAL, toys.sink()),
    "D": toys.component("D", THERMAL, toys.sink()),
}

CONNECTIONS = (
    connect("B.flow", "C.flow"),
    connect("A.level", "C.level"),
    connect("A.flow", "D.flow"),
    connect("B.level", "D.level"),
)


def log(order):
    plan = make_plan(System(tuple(COMPONENTS[name] for name in order), CONNECTIONS), PERIODS)
    return [str(operation) for _, operation in plan.expand()]


def test_exact_log():
    assert log("ABCD") == [
        "step A",
        "accumulate A.flow -> D.flow",
        "step B",
        "accumulate B.flow -> C.flow",
        "transfer B.flow -> C.flow (mean)",
        "transfer A.level -> C.level (last)",
        "step C",
        "transfer A.flow -> D.flow (mean)",
        "transfer B.level -> D.level (last)",
        "step D",
    ]


def test_order_within_a_layer_is_that_of_the_system_and_layers_go_fast_to_slow():
    for order in itertools.permutations("ABCD"):
        steps = "".join(line.removeprefix("step ") for line in log(order) if line.startswith("step "))
        assert steps == "".join(sorted(order, key=lambda name: (name in "CD", order.index(name))))
