"""The source of the kernels that run a plan over components: direct calls, one function after another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .model import Model, Variable
from .operations import Action, Connection, Operation, Rule

TOO_LONG = 1
"""Status: the communication step has too many base periods."""

STATUSES = 1000
"""Status of a component's refusal: this times its number, from 1, plus its own status."""

MOST_PERIODS = 1e6
TOLERANCE = 1e-6
"""What is not stepped but kept for the next step, relative to the base period: communication steps come rounded."""

Place = tuple[str, str]
"""A component and its variable."""


@dataclass(frozen=True, eq=False)
class Layout:
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
        The components' inputs that become inputs of the block, under their own names.
    outputs : tuple of (str, (str, str), str)
        Name, source, and value of `Summary` of each output.
    shared : tuple of ((str, str), (str, str))
        Parameters that follow others: the one that follows, and the one that is set.
    """

    members: Mapping[str, Model]
    base: float
    operations: tuple[Operation, ...]
    inputs: tuple[Place, ...]
    outputs: tuple[tuple[str, Place, str], ...]
    shared: tuple[tuple[Place, Place], ...]

    def variable(self, place: Place) -> Variable:
        """Return a component's variable."""
        return self.members[place[0]].variable(place[1])

    @property
    def connections(self) -> tuple[Connection, ...]:
        """The connections in the order of the table."""
        subjects = (operation.subject for operation in self.operations)
        return tuple(dict.fromkeys(subject for subject in subjects if isinstance(subject, Connection)))

    @property
    def means(self) -> tuple[Connection, ...]:
        """The connections that hand on a mean; their place here is the number in the names of their sums."""
        rows = (operation for operation in self.operations if operation.rule is Rule.MEAN)
        return tuple(dict.fromkeys(row.subject for row in rows if isinstance(row.subject, Connection)))

    @property
    def hyperperiod(self) -> int:
        """Base periods after which the plan repeats."""
        return max(operation.every for operation in self.operations)

    def own_states(self) -> list[tuple[str, str, int | tuple[int, int] | None]]:
        """Return name, unit and size of the states that no component has."""
        states: list[tuple[str, str, int | tuple[int, int] | None]] = [
            ("tick", "1", None), ("done", "s", None), ("debt", "s", None), ("stepped", "s", None)
        ]  # fmt: skip
        for number, connection in enumerate(self.means):
            variable = self.variable(connection.source)
            states += [(f"sum_{number}", variable.unit, variable.size), (f"weight_{number}", "1", None)]
        states += [(f"{name}_so_far", "1", None) for name, _, summary in self.outputs if summary != "last"]
        return states

    def check(self) -> None:
        """Raise ValueError where a value cannot be exchanged, or two inputs have one name."""
        names = [name for _, name in self.inputs]
        for member, name in self.inputs:
            if names.count(name) > 1:
                raise ValueError(f"{member}.{name}: another component has an undriven input of that name too")
        ends = [end for connection in self.connections for end in (connection.source, connection.target)]
        ends += [parameter for pair in self.shared for parameter in pair]
        for end in (*ends, *self.inputs, *(source for _, source, _ in self.outputs)):
            if len(self.variable(end).shape) > 1:
                raise ValueError(f"{'.'.join(end)}: arrays of two dimensions are not exchanged")


def status_of(layout: Layout, member: str, status: int) -> int:
    """Return the block's status for that of a component."""
    return STATUSES * (1 + list(layout.members).index(member)) + status


def write(layout: Layout) -> str:
    """Return the source of ``initialize``, ``outputs_kernel`` and ``advance``, and what they call."""
    fast = [operation for operation in layout.operations if operation.every == 1]
    slow = [operation for operation in layout.operations if operation.every > 1]
    functions = {
        "take_inputs(x, u)": _take_inputs(layout),
        "hand_on(x)": [
            _copy(_output(c.source), _input(c.target), layout.variable(c.target)) for c in layout.connections
        ],
        "tell(x, y)": _tell(layout),
        "initialize(x, p, u, y, c)": _initialize(layout),
        "outputs_kernel(x, p, u, y, c)": _outputs_kernel(layout),
        "begin(x)": ["x.stepped = 0.0", *(line for name, _, how in layout.outputs for line in _clear(name, how))],
        "run_base_period(x, p, c, t, length)": [*(line for row in fast for line in _row(layout, row, "t")), "return 0"],
        "run_slower_layers(x, p, c, t)": [*_slow(layout, slow), "return 0"],
        "summarise(x, y)": [line for name, _, how in layout.outputs for line in _finish(layout, name, how)],
        "advance(x, p, u, y, c, t, h)": _advance(layout),
    }
    head = f"from {__package__}.exchange import accumulate, copy, take_mean\n"
    return head + "".join(_function(signature, body) for signature, body in functions.items())


def _function(signature: str, body: list[str]) -> str:
    return f"\ndef {signature}:\n" + "".join(f"    {line}\n" for line in body or ["pass"])


def _advance(layout: Layout) -> list[str]:
    base, tolerance = layout.base, TOLERANCE * layout.base
    return [
        f"if h > {MOST_PERIODS * base!r}:",
        f"    return {TOO_LONG}",
        "rest = h + x.debt",
        f"if rest > {tolerance!r}:",
        "    take_inputs(x, u)",
        "    begin(x)",
        f"    while rest > {tolerance!r}:",
        f"        length = {base!r} - x.done",
        f"        whole = rest >= length - {tolerance!r}",
        "        if not whole:",
        "            length = rest",
        "        status = run_base_period(x, p, c, t + (h - rest), length)",
        "        if status != 0:",
        "            return status",
        "        rest -= length",
        "        x.done += length",
        f"        x.stepped += length / {base!r}",
        "        if whole:",
        "            x.done = 0.0",
        f"            x.tick = (x.tick + 1.0) % {float(layout.hyperperiod)!r}",
        "            status = run_slower_layers(x, p, c, t + (h - rest))",
        "            if status != 0:",
        "                return status",
        "    tell(x, y)",
        "    summarise(x, y)",
        "x.debt = rest",
        "return 0",
    ]


def _initialize(layout: Layout) -> list[str]:
    """Every round initialises all components and hands everything on; as many rounds as a chain of them can need."""
    lines = [_copy(_parameter(set_), _parameter(led), layout.variable(led)) for led, set_ in layout.shared]
    defaults = [(c.target, layout.variable(c.target)) for c in layout.connections]
    lines += [line for target, variable in defaults for line in _fill(_input(target), variable)]
    lines += ["take_inputs(x, u)", f"for _ in range({len(layout.members) + 1}):"]
    lines += [f"    {member}_initialize({_blocks(layout, member)})" for member in layout.members]
    lines += ["    hand_on(x)"]
    for name, _, size in layout.own_states():
        lines += [f"for k in range({size}):", f"    x.{name}[k] = 0.0"] if size else [f"x.{name} = 0.0"]
    lines += ["tell(x, y)"]
    for name, source, summary in layout.outputs:
        if summary != "last":
            lines += [f"y.{name} = {'0.0' if summary == 'rate' else _output(source)}"]
    return lines


def _outputs_kernel(layout: Layout) -> list[str]:
    lines = [f"{member}_outputs_kernel({_blocks(layout, member)})" for member in layout.members]
    lines += ["tell(x, y)"]
    return lines + [f"y.{name} = {_output(source)}" for name, source, how in layout.outputs if how == "maximum"]


def _take_inputs(layout: Layout) -> list[str]:
    return [_copy(f"u.{place[1]}", _input(place), layout.variable(place)) for place in layout.inputs]


def _tell(layout: Layout) -> list[str]:
    return [
        _copy(_output(source), f"y.{name}", layout.variable(source))
        for name, source, summary in layout.outputs
        if summary == "last"
    ]


def _clear(name: str, summary: str) -> list[str]:
    return [] if summary == "last" else [f"x.{name}_so_far = {'-1e300' if summary == 'maximum' else '0.0'}"]


def _finish(layout: Layout, name: str, summary: str) -> list[str]:
    divisors = {"mean": " / x.stepped", "rate": f" / ({layout.base!r} * x.stepped)"}
    return [] if summary == "last" else [f"y.{name} = x.{name}_so_far{divisors.get(summary, '')}"]


def _row(layout: Layout, operation: Operation, begin: str) -> Iterator[str]:
    """Yield the lines of one operation of a step from `begin`, which is ``length`` long."""
    subject = operation.subject
    if isinstance(subject, str):
        yield from _step(layout, subject, begin)
        return
    variable = layout.variable(subject.source)
    source, target = _output(subject.source), _input(subject.target)
    if operation.rule is not Rule.MEAN:
        yield _copy(source, target, variable)
        return
    number = layout.means.index(subject)
    total, weight = f"x.sum_{number}", f"x.weight_{number}"
    if operation.action is Action.ACCUMULATE:
        share = f"length / {operation.every * layout.base!r}"
        yield f"accumulate({total}, {source}, {share})" if variable.shape else f"{total} += {share} * {source}"
        yield f"{weight} += {share}"
        return
    yield f"take_mean({total}, {weight}, {target})" if variable.shape else f"{target} = {total} / {weight}"
    yield f"{weight} = 0.0"
    if not variable.shape:
        yield f"{total} = 0.0"


def _step(layout: Layout, member: str, begin: str) -> Iterator[str]:
    yield f"status = {member}_advance({_blocks(layout, member)}, {begin}, length)"
    yield "if status != 0:"
    yield f"    return {status_of(layout, member, 0)} + status"
    for name, source, summary in layout.outputs:
        so_far, value = f"x.{name}_so_far", _output(source)
        if source[0] != member or summary == "last":
            continue
        if summary == "maximum":
            yield f"{so_far} = max({so_far}, {value})"
        else:
            yield f"{so_far} += " + (f"length / {layout.base!r} * {value}" if summary == "mean" else value)


def _slow(layout: Layout, slow: list[Operation]) -> Iterator[str]:
    """Yield the lines of the slower layers; ``t`` is the end of their periods."""
    due = 0
    for operation in slow:
        if operation.every != due:
            due = operation.every
            yield f"if int(x.tick) % {due} == 0:"
            yield f"    length = {due * layout.base!r}"
        yield from (f"    {line}" for line in _row(layout, operation, "t - length"))


def _blocks(layout: Layout, member: str) -> str:
    """Return the arguments of a component's kernel; an empty block is never looked at, so a number will do."""
    model = layout.members[member]
    blocks = (
        (model.states, f"x.{member}_states"),
        (model.parameters, f"p.{member}"),
        (model.inputs, f"x.{member}_inputs"),
        (model.outputs, f"x.{member}_outputs"),
        (model.constants, f"c.{member}"),
    )
    return ", ".join(record if variables else "0.0" for variables, record in blocks)


def _parameter(place: Place) -> str:
    return f"p.{place[0]}.{place[1]}"


def _input(place: Place) -> str:
    return f"x.{place[0]}_inputs.{place[1]}"


def _output(place: Place) -> str:
    return f"x.{place[0]}_outputs.{place[1]}"


def _copy(source: str, target: str, variable: Variable) -> str:
    return f"copy({source}, {target})" if variable.shape else f"{target} = {source}"


def _fill(target: str, variable: Variable) -> list[str]:
    """Return lines that give an input its declared start value, which is the same for a whole array."""
    value = repr(float(variable.start_values().flat[0]))
    if variable.shape:
        return [f"for k in range({variable.count}):", f"    {target}[k] = {value}"]
    return [f"{target} = {value}"]
