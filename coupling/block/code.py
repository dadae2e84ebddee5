"""The source of the kernels that run a plan over components: direct calls, one function after another."""

from __future__ import annotations

from collections.abc import Iterator

from ...core.model import Place
from ...core.variable import Variable
from ..operations import Action, Connection, Operation, Rule
from ..transfers import LEAST
from . import watch
from .gathering import gather, take
from .wiring import (
    TOO_LONG,
    Wiring,
    base_length,
    blocks,
    input_field,
    output_field,
    parameter_field,
    status_of,
)

MOST_PERIODS = 1e6
TOLERANCE = 1e-6
"""What is not stepped but kept for the next step, relative to the base period: communication steps come rounded."""


def write(wiring: Wiring) -> str:
    """Return the source of ``initialize``, ``outputs_kernel`` and ``advance``, and what they call of their own."""
    fast = [operation for operation in wiring.operations if operation.every == 1]
    slow = [operation for operation in wiring.operations if operation.every > 1]
    least = {"maximum": repr(LEAST)}
    functions = {
        "take_inputs(x, u)": [
            _copy(f"u.{place[1]}", input_field(place), wiring.variable(place)) for place in wiring.inputs
        ],
        "hand_on(x)": [_hand_on(wiring, connection) for connection in wiring.connections],
        "write_outputs(x, y)": [
            _copy(output_field(source), f"y.{name}", wiring.variable(source))
            for name, source, how in wiring.outputs
            if how == "last"
        ]
        + list(watch.write(wiring)),
        "initialize(x, p, u, y, c)": _initialize(wiring),
        "outputs_kernel(x, p, u, y, c)": _outputs_kernel(wiring),
        "clear(x)": [
            "x.stepped = 0.0",
            *watch.begin(wiring),
            *(f"x.{name}_so_far = {least.get(how, '0.0')}" for name, _, how in wiring.outputs if how != "last"),
        ],
        "set_lookahead(p, length)": [f"{parameter_field(place)} = 0.5 * length" for place in wiring.lookaheads],
        "refresh_ports(x, p, c, length)": _refresh_ports(wiring),
        "apply_scale(x, p, c)": _apply_scale(wiring),
        "run_base_period(x, p, c, t, length)": [
            f"if length != {base_length(wiring)}:",
            "    refresh_ports(x, p, c, length)",
            f"    set_lookahead(p, {base_length(wiring)})",
            *(line for row in fast for line in _row(wiring, row)),
            "return 0",
        ],
        "run_slower_layers(x, p, c, t)": [*_slow(wiring, slow), "return 0"],
        "run(x, p, c, begin, end)": _run(wiring),
        "check_inputs(x)": [line for member in wiring.members for line in _check_inputs(wiring, member)] + ["return 0"],
        "summarise(x, y)": [line for name, _, how in wiring.outputs for line in _finish(wiring, name, how)]
        + list(watch.end(wiring)),
        "proceed(x, p, u, y, c, t, h)": _proceed(wiring),
        "advance(x, p, u, y, c, t, h)": [
            f"if h > {MOST_PERIODS * wiring.base!r}:",
            f"    return {TOO_LONG}",
            f"set_lookahead(p, {base_length(wiring)})",
            "status = proceed(x, p, u, y, c, t, h)",
            f"set_lookahead(p, {wiring.base!r})",
            "return status",
        ],
    }
    return "\n".join(_function(signature, body) for signature, body in functions.items())


def _function(signature: str, body: list[str]) -> str:
    return f"def {signature}:\n" + "".join(f"    {line}\n" for line in body or ["pass"])


def _copy(source: str, target: str, variable: Variable) -> str:
    """Return the line that copies a value like `variable`."""
    return f"copy({source}, {target})" if variable.shape else f"{target} = {source}"


def _hand_on(wiring: Wiring, connection: Connection) -> str:
    return _copy(output_field(connection.source), input_field(connection.target), wiring.variable(connection.target))


def _fill(wiring: Wiring, place: Place) -> list[str]:
    """Return lines that give an input its declared start value, which is the same for a whole array."""
    variable, target = wiring.variable(place), input_field(place)
    value = repr(float(variable.start_values().flat[0]))
    array = [f"for k in range({target}.shape[0]):", f"    {target}[k] = {value}"]
    return array if variable.shape else [f"{target} = {value}"]


def _proceed(wiring: Wiring) -> list[str]:
    """Take one communication step; a changed scale is applied at its start, or where all layers are due in it."""
    return [
        "if p.step_scale != x.scale and x.tick + x.done == 0.0:",
        "    apply_scale(x, p, c)",
        "begin = t - x.done - x.debt",
        "end = x.done + x.debt + h",
        f"base = {base_length(wiring)}",
        f"if int((end + {TOLERANCE!r} * base) / base) == 0 and end - x.done <= {TOLERANCE!r} * base:",
        "    x.debt = end - x.done",
        *(f"    y.{name} = 0.0" for name, _, summary in wiring.outputs if summary == "integral"),
        "    return 0",
        "take_inputs(x, u)",
        "clear(x)",
        "if p.step_scale != x.scale:",
        f"    ahead = ({float(wiring.hyperperiod)!r} - x.tick) * base",
        f"    if end - {TOLERANCE!r} * base > ahead:",
        "        status = run(x, p, c, begin, ahead)",
        "        if status != 0:",
        "            return status",
        "        apply_scale(x, p, c)",
        "        begin, end = begin + ahead, end - ahead",
        "status = run(x, p, c, begin, end)",
        "if status != 0:",
        "    return status",
        "write_outputs(x, y)",
        "summarise(x, y)",
        "return check_inputs(x)",  # beyond its bounds an input would refuse each step that follows
    ]


def _run(wiring: Wiring) -> list[str]:
    """Count the base periods once, from the last point of their grid, so that no rounding adds up."""
    return [
        f"base = {base_length(wiring)}",
        f"tolerance = {TOLERANCE!r} * base",
        "periods = int((end + tolerance) / base)",
        "rest = end - periods * base",
        "for k in range(periods + 1):",
        "    length = (base if k < periods else rest) - x.done",
        "    if length <= tolerance:",
        "        break",
        "    status = run_base_period(x, p, c, begin + (k * base + x.done), length)",
        "    if status != 0:",
        "        return status",
        f"    x.stepped += length / {wiring.base!r}",
        "    x.done += length",
        "    if k < periods:",
        "        x.done = 0.0",
        f"        x.tick = (x.tick + 1.0) % {float(wiring.hyperperiod)!r}",
        "        status = run_slower_layers(x, p, c, begin + (k + 1) * base)",
        "        if status != 0:",
        "            return status",
        "x.debt = rest - x.done",
        "return 0",
    ]


def _refresh_ports(wiring: Wiring) -> list[str]:
    """Let the ports look ahead by half of a step that is not as long as the last one, and hand them on."""
    lines = ["set_lookahead(p, length)"]
    for member in dict.fromkeys(member for member, _ in wiring.lookaheads):
        lines += [f"{member}_outputs_kernel({blocks(wiring, member)})"]
        for row in wiring.operations:
            c = row.subject
            if isinstance(c, Connection) and c.source[0] == member and row.every == 1 and row.rule is Rule.LAST:
                lines += [_hand_on(wiring, c)]
    return lines


def _apply_scale(wiring: Wiring) -> list[str]:
    """Change the length of all periods; lines through two values keep their slope."""
    lines = [
        "ratio = p.step_scale / x.scale",
        "x.scale = p.step_scale",
        f"refresh_ports(x, p, c, {base_length(wiring)})",
    ]
    for number, (connection, rule) in enumerate(wiring.gathering.items()):
        if rule is Rule.LINEAR:
            gathered, earlier = f"x.gathered_{number}", f"x.earlier_{number}"
            line = f"{earlier} = {gathered} + ratio * ({earlier} - {gathered})"
            array = f"stretch_line({earlier}, {gathered}, ratio)"
            lines += [array if wiring.variable(connection.source).shape else line]
    return lines


def _initialize(wiring: Wiring) -> list[str]:
    """Every round initialises all components and hands everything on; as many rounds as a chain of them can need."""
    lines = [f"set_lookahead(p, {wiring.base!r} * p.step_scale)"]
    lines += [_copy(parameter_field(set_), parameter_field(led), wiring.variable(led)) for led, set_ in wiring.shared]
    for place in wiring.inner_inputs:
        lines += _fill(wiring, place)
    lines += ["take_inputs(x, u)", f"for _ in range({len(wiring.members) + 1}):"]
    lines += [f"    {member}_initialize({blocks(wiring, member)})" for member in wiring.members]
    lines += ["    hand_on(x)"]
    for own in wiring.own_states():
        array = [f"for k in range(x.{own.name}.shape[0]):", f"    x.{own.name}[k] = 0.0"]
        lines += array if own.shape else [f"x.{own.name} = 0.0"]
    lines += ["x.scale = p.step_scale", f"set_lookahead(p, {wiring.base!r})"]
    for number, (connection, rule) in enumerate(wiring.gathering.items()):
        variable, gathered = wiring.variable(connection.source), f"x.gathered_{number}"
        if rule is Rule.MAX:
            lines += [f"take_maximum({gathered}, {gathered})"] if variable.shape else [f"{gathered} = {LEAST!r}"]
        if rule is Rule.LINEAR:
            lines += list(gather(wiring, connection, "")) * 2
    lines += ["write_outputs(x, y)"]
    for name, source, summary in wiring.outputs:
        if summary != "last":
            lines += [f"y.{name} = {'0.0' if summary == 'rate' else output_field(source)}"]
    return [*lines, *watch.restart(wiring), *watch.begin(wiring), *watch.end(wiring)]


def _outputs_kernel(wiring: Wiring) -> list[str]:
    calls = [f"{member}_outputs_kernel({blocks(wiring, member)})" for member in wiring.members]
    led = [(led, set_) for led, set_ in wiring.shared if wiring.variable(led).tunable]
    calls = [_copy(parameter_field(set_), parameter_field(led), wiring.variable(led)) for led, set_ in led] + calls
    return [
        f"set_lookahead(p, {base_length(wiring)})",
        *calls,
        f"set_lookahead(p, {wiring.base!r})",
        "write_outputs(x, y)",
    ]


def _finish(wiring: Wiring, name: str, summary: str) -> list[str]:
    divisors = {"mean": " / x.stepped", "rate": f" / ({wiring.base!r} * x.stepped)"}
    return [] if summary == "last" else [f"y.{name} = x.{name}_so_far{divisors.get(summary, '')}"]


def _row(wiring: Wiring, operation: Operation) -> Iterator[str]:
    """Yield the lines of one operation of a step that is ``length`` long."""
    subject = operation.subject
    if isinstance(subject, str):
        yield from _step(wiring, subject, "t" if operation.every == 1 else "t - length")
    elif subject not in wiring.gathering:
        yield _hand_on(wiring, subject)
    elif operation.action is Action.ACCUMULATE:
        yield from gather(wiring, subject, f"length / {operation.every * wiring.base!r}")
    else:
        yield from take(wiring, subject, operation.every)


def _step(wiring: Wiring, member: str, begin: str) -> Iterator[str]:
    yield from _check_inputs(wiring, member)
    yield f"status = {member}_advance({blocks(wiring, member)}, {begin}, length)"
    yield "if status != 0:"
    yield f"    return {status_of(wiring, member, 0)} + status"
    yield from watch.look(wiring, member)
    for name, source, summary in wiring.outputs:
        so_far, value = f"x.{name}_so_far", output_field(source)
        if source[0] != member or summary == "last":
            continue
        if summary == "maximum":
            yield f"{so_far} = max({so_far}, {value})"
        else:
            yield f"{so_far} += " + (f"length / {wiring.base!r} * {value}" if summary == "mean" else value)


def _check_inputs(wiring: Wiring, member: str) -> Iterator[str]:
    """Yield lines that refuse what other components hand over beyond the bounds of an input."""
    for status, variable in wiring.bounded_inputs(member):
        target = input_field((member, variable.name))
        least, greatest = repr(float(variable.min)), repr(float(variable.max))
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
            yield f"    length = {due * wiring.base!r} * x.scale"
        yield from (f"    {line}" for line in _row(wiring, operation))
