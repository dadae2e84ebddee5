"""How the components of a block are wired, where their values lie in it, and the statuses of the block."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ...core.bounds import unit_suffix
from ...core.duration import format_duration
from ...core.fields import state, whole
from ...core.model import Model, Place
from ...core.variable import DataType, Variable
from ..operations import Action, Connection, Operation, Rule

TOO_LONG = 1
"""Status: the communication step has too many base periods."""

STATUSES = 1000
"""Status of a component's refusal: this times its number, from 1, plus its own status."""

BEYOND = 500
"""Added to that, in place of a component's status, with the number of the input that is beyond its bounds."""


STEP_SCALE = Variable(
    "step_scale", "1", None, 1.0, 1.0, 1024.0, 1.0,
    "Factor on all periods; taken up where every component has completed its own",
    data_type=DataType.INTEGER, tunable=True,
)  # fmt: skip
"""The parameter that makes all steps of a block longer."""


@dataclass(frozen=True)
class Limits:
    """What the plan demands of a time constant within the block.

    Parameters
    ----------
    component, output : str
        Which component reports it, by which output.
    least, most : float or None
        In base periods; None where there is no bound.
    """

    component: str
    output: str
    least: float | None
    most: float | None


@dataclass(frozen=True, eq=False)
class Wiring:
    """What the kernels are written for.

    Parameters
    ----------
    members : mapping of str to Model
        The components.
    base : float
        The base period [s].
    operations : tuple of Operation
        The table of the plan.
    inputs : tuple of (str, str)
        The components' inputs that become inputs of the block, under their own names; those of one name become one.
    outputs : tuple of (str, (str, str), str)
        Name, source, and value of `Summary` of each output.
    shared : tuple of ((str, str), (str, str))
        Parameters that follow others: the one that follows, and the one that is set.
    lookaheads : tuple of (str, str)
        Parameters that are half the length of a step.
    limits : tuple of Limits
        What the plan demands of the components' time constants; empty where nothing is watched.
    """

    members: Mapping[str, Model]
    base: float
    operations: tuple[Operation, ...]
    inputs: tuple[Place, ...]
    outputs: tuple[tuple[str, Place, str], ...]
    shared: tuple[tuple[Place, Place], ...]
    lookaheads: tuple[Place, ...]
    limits: tuple[Limits, ...] = ()

    def variable(self, place: Place) -> Variable:
        """Return a component's variable."""
        return self.members[place[0]].variable(place[1])

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The connections in the order of the table."""
        subjects = (operation.subject for operation in self.operations)
        return tuple(dict.fromkeys(subject for subject in subjects if isinstance(subject, Connection)))

    @property
    def inner_inputs(self) -> list[Place]:
        """The components' inputs that are not inputs of the block: driven by a connection, or held at their start."""
        places = ((member, v.name) for member, model in self.members.items() for v in model.inputs)
        return [place for place in places if place not in self.inputs]

    @property
    def gathering(self) -> dict[Connection, Rule]:
        """The connections that gather values, by their rule; their place here is the number in the names of states."""
        rows = [row for row in self.operations if row.action is Action.ACCUMULATE]
        return {row.subject: row.rule for row in rows if isinstance(row.subject, Connection) and row.rule}

    def every(self, member: str) -> int:
        """Return the period of a component [base periods]."""
        return next(row.every for row in self.operations if row.subject == member)

    @property
    def hyperperiod(self) -> int:
        """Base periods after which the plan repeats."""
        return max(operation.every for operation in self.operations)

    def own_states(self) -> list[Variable]:
        """Return the states that no component has."""
        longest = self.base * STEP_SCALE.max
        states = [
            whole("tick", None, "Base periods since all layers were due", greatest=self.hyperperiod - 1.0),
            state("done", "s", None, "Part of the base period that is done", 0.0, longest),
            state("debt", "s", None, "What the last step has left for the next one", -longest, longest),
            state("stepped", "1", None, "Base periods in the communication step so far", 0.0),
            whole("offender", None, "Element of an input that is beyond its bounds, from 1"),
            state("offence", "1", None, "Value of that input"),
            whole("scale", None, "Factor on the periods in force", STEP_SCALE.min, STEP_SCALE.max),
        ]
        for number, (connection, rule) in enumerate(self.gathering.items()):
            variable = self.variable(connection.source)
            unit, size, flow = variable.unit, variable.size, str(connection)
            states += [state(f"gathered_{number}", unit, size, f"What {flow} has gathered")]
            if rule is Rule.MEAN:
                states += [state(f"weight_{number}", "1", None, f"Share of its period so far, of {flow}")]
            if rule is Rule.LINEAR:
                states += [state(f"earlier_{number}", unit, size, f"Value before, of {flow}")]
        sums = [name for name, _, summary in self.outputs if summary != "last"]
        return states + [state(f"{name}_so_far", "1", None, f"{name} in this communication step") for name in sums]

    def bounded_inputs(self, member: str) -> list[tuple[int, Variable]]:
        """Return those inputs of a component that others drive and that have bounds, each with its status."""
        driven = {connection.target for connection in self.connections}
        first = STATUSES * (1 + list(self.members).index(member)) + BEYOND
        return [
            (first + number, variable)
            for number, variable in enumerate(self.members[member].inputs)
            if (member, variable.name) in driven and not (variable.min == -math.inf and variable.max == math.inf)
        ]

    def check(self) -> None:
        """Raise ValueError where a value cannot be exchanged."""
        ends = [end for connection in self.connections for end in (connection.source, connection.target)]
        ends += [parameter for pair in self.shared for parameter in pair]
        for end in (*ends, *self.inputs, *(source for _, source, _ in self.outputs)):
            if len(self.variable(end).shape) > 1:
                raise ValueError(f"{'.'.join(end)}: arrays of two dimensions are not exchanged")


def status_of(wiring: Wiring, member: str, status: int) -> int:
    """Return the block's status for that of a component."""
    return STATUSES * (1 + list(wiring.members).index(member)) + status


def blocks(wiring: Wiring, member: str) -> str:
    """Return the arguments of a component's kernel; one without variables is no field of the block of all."""
    model = wiring.members[member]
    blocks = (
        (model.states, f"x.{member}_states"),
        (model.parameters, f"p.{member}"),
        (model.inputs, f"x.{member}_inputs"),
        (model.outputs, f"x.{member}_outputs"),
        (model.constants, f"c.{member}"),
    )
    return ", ".join(record if variables else "nothing()" for variables, record in blocks)


def parameter_field(place: Place) -> str:
    """Return where a component's parameter lies."""
    return f"p.{place[0]}.{place[1]}"


def input_field(place: Place) -> str:
    """Return where a component's input lies."""
    return f"x.{place[0]}_inputs.{place[1]}"


def output_field(place: Place) -> str:
    """Return where a component's output lies."""
    return f"x.{place[0]}_outputs.{place[1]}"


def base_length(wiring: Wiring) -> str:
    """Return the present length of a base period; at scale 1 the product is exact."""
    return f"{wiring.base!r} * x.scale"


def refusals(wiring: Wiring, base: int) -> dict[int, str]:
    """Return what each status of a block of a base period [ns] means."""
    texts = {
        TOO_LONG: f"a communication step takes at most a million base periods of {format_duration(base)}; "
        "make it shorter"
    }
    for member, model in wiring.members.items():
        places = {"x": f"x.{member}_states", "p": f"p.{member}", "u": f"x.{member}_inputs", "y": f"x.{member}_outputs"}
        for status, text in model.refusals.items():
            for block, inner in places.items():
                text = text.replace(f"{{{block}.", f"{{{inner}.")  # noqa: PLW2901
            texts[status_of(wiring, member, status)] = f"{member}: {text}"
        texts |= {status: f"{member}: {_beyond(variable)}" for status, variable in wiring.bounded_inputs(member)}
    return texts


def _beyond(variable: Variable) -> str:
    unit = unit_suffix(variable.unit)
    element = "[{x.offender:.0f}]" if variable.shape else ""
    bounds = f"[{variable.min:.9g}, {variable.max:.9g}]{unit}"
    return f"{variable.name}{element} = {{x.offence:.9g}}{unit} is not within {bounds}"
