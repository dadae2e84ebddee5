"""The lines of a block that gather what a faster component gives a slower one, or extend what a slower one gives."""

from __future__ import annotations

from collections.abc import Iterator

from ..operations import Connection, Rule
from ..transfers import LEAST
from .wiring import Wiring, base_length, input_field, output_field


def gather(wiring: Wiring, connection: Connection, share: str) -> Iterator[str]:
    """Yield lines that take the present output in; of a mean by a share of the period."""
    number, rule = list(wiring.gathering).index(connection), wiring.gathering[connection]
    gathered, earlier, source = f"x.gathered_{number}", f"x.earlier_{number}", output_field(connection.source)
    scalar, array = {
        Rule.MEAN: (f"{gathered} += {share} * {source}", f"accumulate({gathered}, {source}, {share})"),
        Rule.INTEGRAL: (f"{gathered} += {source}", f"accumulate({gathered}, {source}, 1.0)"),
        Rule.MAX: (f"{gathered} = max({gathered}, {source})", f"accumulate_maximum({gathered}, {source})"),
        Rule.LINEAR: (f"{earlier}, {gathered} = {gathered}, {source}", f"shift_line({earlier}, {gathered}, {source})"),
    }[rule]
    yield array if wiring.variable(connection.source).shape else scalar
    if rule is Rule.MEAN:
        yield f"x.weight_{number} += {share}"


def take(wiring: Wiring, connection: Connection, every: int) -> Iterator[str]:
    """Yield lines that write what was gathered; of a line its value in the middle of the target's step."""
    number, rule = list(wiring.gathering).index(connection), wiring.gathering[connection]
    gathered, weight, target = f"x.gathered_{number}", f"x.weight_{number}", input_field(connection.target)
    if rule is Rule.LINEAR:
        period, earlier = wiring.every(connection.source[0]), f"x.earlier_{number}"
        begun = f"int(x.tick) % {period}" if every == 1 else f"(int(x.tick) - {every}) % {period}"
        half = f"(x.done + 0.5 * length) / ({base_length(wiring)})" if every == 1 else f"{0.5 * every!r}"
        yield f"share = ({begun} + {half}) / {period!r}"
        line = f"{target} = {gathered} + share * ({gathered} - {earlier})"
        array = f"extrapolate({earlier}, {gathered}, share, {target})"
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
