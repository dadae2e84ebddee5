"""A block of a source and a sink."""

from packfmu.core.instance import Instance
from packfmu.coupling.block.compose import compose
from packfmu.coupling.block.taps import Summary, Tap
from packfmu.coupling.operations import Action, Operation, Rule, connect
from tests.coupling.toys import sink, source

SECOND = 10**9


FLOW, LEVEL = connect("Source.flow", "Sink.flow"), connect("Source.level", "Sink.level")


def table(every):
    """A source in the fastest layer, and a sink that steps once in `every` base periods with the mean flow."""
    return [
        Operation(Action.STEP, 1, "Source"),
        Operation(Action.ACCUMULATE, 1, FLOW, Rule.MEAN),
        Operation(Action.TRANSFER, every, FLOW, Rule.MEAN),
        Operation(Action.TRANSFER, every, LEVEL, Rule.LAST),
        Operation(Action.STEP, every, "Sink"),
    ]


TAPS = (
    Tap("given", "Source.amount", Summary.INTEGRAL),
    Tap("power", "Source.amount", Summary.RATE),
    Tap("most", "Source.amount", Summary.MAXIMUM),
    Tap("average", "Source.amount", Summary.MEAN),
    Tap("flow", "Source.flow"),
    Tap("level", "Source.level"),
    Tap("taken", "Sink.amount", Summary.INTEGRAL),
    Tap("total", "Sink.total"),
)


def block(every, taps=TAPS, size=2, lookaheads=(), shared=None, base=SECOND):
    members = {"Source": source(size), "Sink": sink(size)}
    model = compose("Block", "a block", members, base, table(every), taps, lookaheads, shared or {})
    instance = Instance(model)
    instance.initialize()
    return instance


def told(instance):
    return {name: float(instance.y[name]) for name in ("given", "power", "most", "average", "taken", "total")}
