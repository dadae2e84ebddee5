"""The source of the kernels that run a plan over components: direct calls, one function after another."""

from __future__ import annotations

from collections.abc import Iterator

from .model import Variable
from .operations import Action, Connection, Operation, Rule
from .transfers import LEAST
from .wiring import TOO_LONG, Place, Wiring, status_of

MOST_PERIODS = 1e6
TOLERANCE = 1e-6
"""What is not stepped but kept for the next step, relative to the base period: communication steps come rounded."""


def write(wiring: Wiring) -> str:
    """Return the source of ``initialize``, ``outputs_kernel`` and ``advance``, and what they call."""
    fast = [operation for operation in wiring.operations if operation.every == 1]
    slow = [operation for operation in wiring.operations if operation.every > 1]
    functions = {
        "take_inputs(x, u)": _take_inputs(wiring),
        "hand_on(x)": [
            _copy(_output(c.source), _input(c.target), wiring.variable(c.target)) for c in wiring.connections
        ],
        "tell(x, y)": _tell(wiring),
        "initialize(x, p, u, y, c)": _initialize(wiring),
        "outputs_kernel(x, p, u, y, c)": _outputs_kernel(wiring),
        "clear(x)": ["x.stepped = 0.0", *(line for name, _, how in wiring.outputs for line in _clear(name, how))],
        "run_base_period(x, p, c, t, length)": [
            *_look_ahead(wiring),
            *(line for row in fast for line in _row(wiring, row)),
            "return 0",
        ],
        "run_slower_layers(x, p, c, t)": [*_slow(wiring, slow), "return 0"],
        "summarise(x, y)": [line for name, _, how in wiring.outputs for line in _finish(wiring, name, how)],
        "advance(x, p, u, y, c, t, h)": _advance(wiring),
    }
    names = "accumulate, copy, extend, first_beyond, note, raise_to, take_maximum, take_mean, take_sum"
    head = f"from math import inf\nfrom {__package__}.transfers import {names}\n"
    return head + "".join(_function(signature, body) for signature, body in functions.items())


def _function(signature: str, body: list[str]) -> str:
    return f"\ndef {signature}:\n" + "".join(f"    {line}\n" for line in body or ["pass"])


def _advance(wiring: Wiring) -> list[str]:
    """Count the base periods once, from the last point of their grid, so that no rounding adds up."""
    base, tolerance = wiring.base, TOLERANCE * wiring.base
    return [
        f"if h > {MOST_PERIODS * base!r}:",
        f"    return {TOO_LONG}",
        "begin = t - x.done - x.debt",
        "end = x.done + x.debt + h",
        f"periods = int((end + {tolerance!r}) / {base!r})",
        f"rest = end - periods * {base!r}",
        f"if periods == 0 and rest - x.done <= {tolerance!r}:",
        "    x.debt = rest - x.done",
        *(f"    y.{name} = 0.0" for name, _, summary in wiring.outputs if summary == "integral"),
        "    return 0",
        "take_inputs(x, u)",
        "clear(x)",
        "for k in range(periods + 1):",
        f"    length = ({base!r} if k < periods else rest) - x.done",
        f"    if length <= {tolerance!r}:",
        "        break",
        f"    status = run_base_period(x, p, c, begin + (k * {base!r} + x.done), length)",
        "    if status != 0:",
        "        return status",
        f"    x.stepped += length / {base!r}",
        "    x.done += length",
        "    if k < periods:",
        "        x.done = 0.0",
        f"        x.tick = (x.tick + 1.0) % {float(wiring.hyperperiod)!r}",
        f"        status = run_slower_layers(x, p, c, begin + (k + 1) * {base!r})",
        "        if status != 0:",
        "            return status",
        "x.debt = rest - x.done",
        "tell(x, y)",
        "summarise(x, y)",
        "return 0",
    ]


def _look_ahead(wiring: Wiring) -> Iterator[str]:
    """Yield lines that let the ports look ahead by half of a step that is shorter than a base period.

    The parameter is put back at once, so that nobody sees it changed.
    """
    for member, name in wiring.lookaheads:
        yield f"if length != {wiring.base!r}:"
        yield f"    p.{member}.{name} = 0.5 * length"
        yield f"    {member}_outputs_kernel({_blocks(wiring, member)})"
        yield f"    p.{member}.{name} = {0.5 * wiring.base!r}"
        for row in wiring.operations:
            c = row.subject
            if isinstance(c, Connection) and c.source[0] == member and row.every == 1 and row.rule is Rule.LAST:
                yield f"    {_copy(_output(c.source), _input(c.target), wiring.variable(c.target))}"


def _initialize(wiring: Wiring) -> list[str]:
    """Every round initialises all components and hands everything on; as many rounds as a chain of them can need."""
    lines = [_copy(_parameter(set_), _parameter(led), wiring.variable(led)) for led, set_ in wiring.shared]
    defaults = [(c.target, wiring.variable(c.target)) for c in wiring.connections]
    lines += [line for target, variable in defaults for line in _fill(_input(target), variable)]
    lines += ["take_inputs(x, u)", f"for _ in range({len(wiring.members) + 1}):"]
    lines += [f"    {member}_initialize({_blocks(wiring, member)})" for member in wiring.members]
    lines += ["    hand_on(x)"]
    for name, _, size in wiring.own_states():
        lines += [f"for k in range({size}):", f"    x.{name}[k] = 0.0"] if size else [f"x.{name} = 0.0"]
    for number, (connection, rule) in enumerate(wiring.gathering.items()):
        variable, gathered = wiring.variable(connection.source), f"x.gathered_{number}"
        if rule is Rule.MAX:
            lines += [f"take_maximum({gathered}, {gathered})"] if variable.shape else [f"{gathered} = {LEAST!r}"]
        if rule is Rule.LINEAR:
            lines += list(_gather(wiring, connection, "")) * 2
    lines += ["tell(x, y)"]
    for name, source, summary in wiring.outputs:
        if summary != "last":
            lines += [f"y.{name} = {'0.0' if summary == 'rate' else _output(source)}"]
    return lines


def _outputs_kernel(wiring: Wiring) -> list[str]:
    return [*(f"{member}_outputs_kernel({_blocks(wiring, member)})" for member in wiring.members), "tell(x, y)"]


def _take_inputs(wiring: Wiring) -> list[str]:
    return [_copy(f"u.{place[1]}", _input(place), wiring.variable(place)) for place in wiring.inputs]


def _tell(wiring: Wiring) -> list[str]:
    return [
        _copy(_output(source), f"y.{name}", wiring.variable(source))
        for name, source, summary in wiring.outputs
        if summary == "last"
    ]


def _clear(name: str, summary: str) -> list[str]:
    return [] if summary == "last" else [f"x.{name}_so_far = {repr(LEAST) if summary == 'maximum' else '0.0'}"]


def _finish(wiring: Wiring, name: str, summary: str) -> list[str]:
    divisors = {"mean": " / x.stepped", "rate": f" / ({wiring.base!r} * x.stepped)"}
    return [] if summary == "last" else [f"y.{name} = x.{name}_so_far{divisors.get(summary, '')}"]


def _row(wiring: Wiring, operation: Operation) -> Iterator[str]:
    """Yield the lines of one operation of a step that is ``length`` long."""
    subject = operation.subject
    if isinstance(subject, str):
        yield from _step(wiring, subject, "t" if operation.every == 1 else "t - length")
    elif subject not in wiring.gathering:
        yield _copy(_output(subject.source), _input(subject.target), wiring.variable(subject.target))
    elif operation.action is Action.ACCUMULATE:
        yield from _gather(wiring, subject, f"length / {operation.every * wiring.base!r}")
    else:
        yield from _take(wiring, subject, operation.every)


def _gather(wiring: Wiring, connection: Connection, share: str) -> Iterator[str]:
    """Yield lines that take the present output in; of a mean by a share of the period."""
    number, rule = list(wiring.gathering).index(connection), wiring.gathering[connection]
    gathered, earlier, source = f"x.gathered_{number}", f"x.earlier_{number}", _output(connection.source)
    scalar, array = {
        Rule.MEAN: (f"{gathered} += {share} * {source}", f"accumulate({gathered}, {source}, {share})"),
        Rule.INTEGRAL: (f"{gathered} += {source}", f"accumulate({gathered}, {source}, 1.0)"),
        Rule.MAX: (f"{gathered} = max({gathered}, {source})", f"raise_to({gathered}, {source})"),
        Rule.LINEAR: (f"{earlier}, {gathered} = {gathered}, {source}", f"note({earlier}, {gathered}, {source})"),
    }[rule]
    yield array if wiring.variable(connection.source).shape else scalar
    if rule is Rule.MEAN:
        yield f"x.weight_{number} += {share}"


def _take(wiring: Wiring, connection: Connection, every: int) -> Iterator[str]:
    """Yield lines that write what was gathered; of a line its value in the middle of the target's step."""
    number, rule = list(wiring.gathering).index(connection), wiring.gathering[connection]
    gathered, weight, target = f"x.gathered_{number}", f"x.weight_{number}", _input(connection.target)
    if rule is Rule.LINEAR:
        period, earlier = wiring.every(connection.source[0]), f"x.earlier_{number}"
        begun = f"int(x.tick) % {period}" if every == 1 else f"(int(x.tick) - {every}) % {period}"
        half = f"(x.done + 0.5 * length) / {wiring.base!r}" if every == 1 else f"{0.5 * every!r}"
        yield f"share = ({begun} + {half}) / {period!r}"
        line = f"{target} = {gathered} + share * ({gathered} - {earlier})"
        array = f"extend({earlier}, {gathered}, share, {target})"
        yield array if wiring.variable(connection.source).shape else line
        return
    call, value, rest = {
        Rule.MEAN: (f"take_mean({gathered}, {weight}, {target})", f"{gathered} / {weight}", "0.0"),
        Rule.INTEGRAL: (f"take_sum({gathered}, {target})", gathered, "0.0"),
        Rule.MAX: (f"take_maximum({gathered}, {target})", gathered, repr(LEAST)),
    }[rule]
    yield from [call] if wiring.variable(connection.source).shape else [f"{target} = {value}", f"{gathered} = {rest}"]
    if rule is Rule.MEAN:
        yield f"{weight} = 0.0"


def _step(wiring: Wiring, member: str, begin: str) -> Iterator[str]:
    yield from _check_inputs(wiring, member)
    yield f"status = {member}_advance({_blocks(wiring, member)}, {begin}, length)"
    yield "if status != 0:"
    yield f"    return {status_of(wiring, member, 0)} + status"
    for name, source, summary in wiring.outputs:
        so_far, value = f"x.{name}_so_far", _output(source)
        if source[0] != member or summary == "last":
            continue
        if summary == "maximum":
            yield f"{so_far} = max({so_far}, {value})"
        else:
            yield f"{so_far} += " + (f"length / {wiring.base!r} * {value}" if summary == "mean" else value)


def _check_inputs(wiring: Wiring, member: str) -> Iterator[str]:
    """Yield lines that refuse what other components hand over beyond the bounds of an input."""
    for status, variable in wiring.bounded_inputs(member):
        target, least, greatest = _input((member, variable.name)), repr(float(variable.min)), repr(float(variable.max))
        if variable.shape:
            yield f"place = first_beyond({target}, {least}, {greatest})"
            yield "if place >= 0:"
            yield "    x.offender = place + 1"
            yield f"    x.offence = {target}[place]"
        else:
            yield f"if not ({least} <= {target} <= {greatest}):"
            yield f"    x.offence = {target}"
        yield f"    return {status}"


def _slow(wiring: Wiring, slow: list[Operation]) -> Iterator[str]:
    """Yield the lines of the slower layers; ``t`` is the end of their periods."""
    due = 0
    for operation in slow:
        if operation.every != due:
            due = operation.every
            yield f"if int(x.tick) % {due} == 0:"
            yield f"    length = {due * wiring.base!r}"
        yield from (f"    {line}" for line in _row(wiring, operation))


def _blocks(wiring: Wiring, member: str) -> str:
    """Return the arguments of a component's kernel; an empty block is never looked at, so a number will do."""
    model = wiring.members[member]
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
