"""Small models for the orchestrator's tests: each does one thing that can be computed by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from packfmu.core.fields import Fields
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.core.variable import DataType, Variable
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.operations import connect
from packfmu.coupling.system import Component, Layer, System

INFINITE = float("inf")

ELECTRICAL, CONTROL, THERMAL = (Layer(rank, name) for rank, name in enumerate(("electrical", "control", "thermal"), 1))
AGING = Layer(4, "aging", jumps=True)
LAYERS = (ELECTRICAL, CONTROL, THERMAL, AGING)


def real(name, unit="1", size=None, start=0.0, low=-INFINITE, high=INFINITE, **more):
    return Variable(name, unit, size, start, low, high, 1.0, name, **more)


@cache
def nothing(owner):
    """Return a kernel that does nothing, one for each owner: numba takes a record without fields for any other."""
    return kernel(_nothing)


def _nothing(x, p, u, y, c):
    pass


@kernel
def ramp_start(x, p, u, y, c):
    x.time = 0.0
    for k in range(y.flow.shape[0]):
        y.flow[k] = 0.0
        y.level[k] = 0.0
    y.amount = 0.0


@kernel
def ramp_step(x, p, u, y, c, t, h):
    x.time = t + h
    y.amount = 0.0
    for k in range(y.flow.shape[0]):
        y.flow[k] = p.slope * (k + 1) * (t + 0.5 * h)
        y.level[k] = (k + 1) * (t + h)
        y.amount += h * y.flow[k]
    return DONE


def source(size=2):
    """Give a flow that rises in time (its mean over the step), a level that is the time, and the flow's integral."""
    return Model(
        "Source",
        "a source",
        Fields(
            parameters=(real("slope", start=0.1),),
            outputs=(real("flow", "W", size), real("level", "V", size), real("amount", "J")),
            states=(real("time", "s"),),
        ),
        ramp_start,
        nothing("toys 1"),
        ramp_step,
    )


@kernel
def sink_start(x, p, u, y, c):
    x.total = p.initial
    y.total = p.initial
    y.amount = 0.0
    y.full = 0.0


@kernel
def sink_step(x, p, u, y, c, t, h):
    if x.total > p.limit:
        return 1
    y.amount = 0.0
    for k in range(u.flow.shape[0]):
        y.amount += h * u.flow[k]
    x.total += y.amount
    y.total = x.total
    y.full = 1.0 if x.total > p.brim else 0.0
    return DONE


def sink(size=2):
    """Integrate a flow; tell when the brim is passed, and refuse to go on above the limit."""
    return Model(
        "Sink",
        "a sink",
        Fields(
            parameters=(real("initial", "J"), real("brim", "J", start=1e30), real("limit", "J", start=1e30)),
            inputs=(real("flow", "W", size), real("level", "V", size)),
            outputs=(real("total", "J"), real("amount", "J"), real("full", data_type=DataType.BOOLEAN)),
            states=(real("total", "J"),),
        ),
        sink_start,
        nothing("toys 2"),
        sink_step,
        {1: "total is above limit = {p.limit:.6g} J"},
    )


@kernel
def adder_start(x, p, u, y, c):
    y.out = u.value + p.offset
    y.seen = p.lookahead
    y.count = u.number


@kernel
def adder_step(x, p, u, y, c, t, h):
    y.out = u.value + p.offset
    y.seen = p.lookahead
    y.count = u.number
    return DONE


def adder():
    """Give the input plus an offset, at once in the initialisation; hands a whole number through."""
    return Model(
        "Adder",
        "an adder",
        Fields(
            parameters=(real("offset", "K", start=1.0, low=-10.0, high=10.0), real("lookahead", "s", tunable=True)),
            inputs=(real("value", "K"), real("number", data_type=DataType.INTEGER, low=0.0, high=9.0)),
            outputs=(real("out", "K"), real("seen", "s"), real("count", data_type=DataType.INTEGER)),
        ),
        adder_start,
        nothing("toys 3"),
        adder_step,
    )


def component(name: str, layer: Layer, model: Model) -> Component:
    return kernel_component(name, layer, model)


def chain(names):
    """Join three adders, A to B to C, listed in this order."""
    parts = tuple(component(name, ELECTRICAL, adder()) for name in names)
    return System(parts, (connect("A.out", "B.value"), connect("B.out", "C.value"), connect("A.count", "C.number")))


def initialized_to(part, output, value):
    """Return the component with an output that takes this value at the end of the initialisation."""

    def opened(inputs, outputs):
        slave = part.open(inputs, outputs)
        end_initialization = slave.end_initialization

        def changed():
            end_initialization()
            slave.outputs[output][:] = value

        slave.end_initialization = changed
        return slave

    return replace(part, open=opened)
