"""Averages of converters against every switching period: python -m benchmarks.converters, from the root of the sources.

Each converter of the active balancer, with its start values at 25 degC, is set to a current between cells, or a cell
and a pack of 12, at voltages from empty to full. The peer simulates every period from rest with an adaptive solver
(scipy, relative tolerance 1e-10) until a period ends within 1e-10 A or V of its start. Errors are the greatest over the
range, of the currents at both sides and of the loss, relative to the peer's. The goal is 1 %. Flybacks are compared a
second time with the circuit whose leakage needs time to commutate, from near the steady state. Times are of a steady
state: by the averages, by the exact period of `switch_period` run from rest until it settles, both compiled, and by the
solver.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple

from benchmarks.switching_reference import capacitive_period, commutating_period, inductive_period, settled
from packfmu.core.kernel import kernel
from packfmu.models.balancing.active import declare
from packfmu.models.balancing.converter.capacitor import Shuttle
from packfmu.models.balancing.converter.capacitor import average as shuttle_average
from packfmu.models.balancing.converter.capacitor import switch_period as shuttle_period
from packfmu.models.balancing.converter.control import reversed_leg, set_leg, with_duty
from packfmu.models.balancing.converter.inductor import Leg, average, buck_boost, switch_period, valley
from packfmu.models.balancing.converter.operating_point import Average, OperatingPoint
from packfmu.models.balancing.converter.temperature import ROOM_TEMPERATURE, warm_leg
from packfmu.models.balancing.graph import PACK
from packfmu.models.balancing.options import Converter

GOAL = 0.01
VOLTS = (2.8, 3.7, 4.2)
CURRENTS = (0.1, 0.5, 1.0, 3.0)
CELLS = 12
REPEATS = 2000


class Case(NamedTuple):
    """A converter at work."""

    parts: Any
    at: OperatingPoint
    solve: Callable[..., tuple[Any, ...]]
    """The function by which the peer simulates a period."""
    rest: float
    """The value from which the peer starts [A or V]."""


def start_values(converter: Converter, link: tuple[int, int]) -> dict[str, float]:
    """Return the start values of a converter's parameters."""
    model = declare(CELLS, 1, converter, [link])
    return {variable.name: float(variable.start_values().ravel()[0]) for variable in model.parameters}


def shuttle_legs() -> Iterator[Case]:
    """Yield the buck-boost over its range."""
    p = start_values(Converter.BUCK_BOOST, (0, 1))
    leg = warm_leg(buck_boost(p["inductance"], p["winding_resistance"], p["switch_resistance"], p["diode_resistance"],
                              p["diode_drop"]), ROOM_TEMPERATURE)  # fmt: skip
    for v1, v2, current in product(VOLTS, VOLTS, CURRENTS):
        at = OperatingPoint(v1, v2, p["maximum_duty"], 1.0 / p["switching_frequency"])
        yield Case(leg, with_duty(at, set_leg(leg, at, current, 0.0).duty), inductive_period, 0.0)


def flybacks(to_pack: bool, solve: Callable[..., tuple[Any, ...]]) -> Iterator[Case]:
    """Yield the flyback over its range, one way."""
    p = start_values(Converter.FLYBACK, (0, PACK))
    names = ("inductance", "leakage", "turns_ratio", "first_winding", "second_winding", "first_switch", "second_switch",
             "diode_drop", "clamp_voltage")  # fmt: skip
    leg = warm_leg(Leg(*(p[name] for name in names)), ROOM_TEMPERATURE)
    leg = leg if to_pack else reversed_leg(leg)
    for cell, mean, current in product(VOLTS, VOLTS, CURRENTS):
        volts = (cell, CELLS * mean) if to_pack else (CELLS * mean, cell)
        at = OperatingPoint(*volts, p["maximum_duty"], 1.0 / p["switching_frequency"])
        wanted = current if to_pack else current * cell / volts[0]
        duty = set_leg(leg, at, wanted, 0.0).duty
        yield Case(
            leg, with_duty(at, duty), solve, 0.0 if solve is inductive_period else valley(leg, with_duty(at, duty))
        )


def capacitors() -> Iterator[Case]:
    """Yield the switched capacitor over its range; equal voltages move nothing."""
    p = start_values(Converter.SWITCHED_CAPACITOR, (0, 1))
    shuttle = Shuttle(p["capacitance"], p["series_resistance"], p["switch_resistance"])
    for v1, v2 in product((2.8, 3.69, 3.7, 3.71, 4.2), repeat=2):
        if v1 != v2:
            yield Case(shuttle, OperatingPoint(v1, v2, 0.5, 1.0 / p["switching_frequency"]), capacitive_period, v2)


def averaged(case: Case) -> Average:
    """Return the averages of the model."""
    return average(case.parts, case.at) if isinstance(case.parts, Leg) else shuttle_average(case.parts, case.at)


@kernel
def average_legs(leg: Leg, at: OperatingPoint, rest: float, count: int) -> float:
    """Compute the averages so many times, each at another duty."""
    total = 0.0
    for k in range(count):
        total += average(leg, with_duty(at, at.duty * (1.0 - 1e-9 * k))).loss
    return total


@kernel
def average_shuttles(shuttle: Shuttle, at: OperatingPoint, rest: float, count: int) -> float:
    """Compute the averages so many times, each at another duty."""
    total = 0.0
    for k in range(count):
        total += shuttle_average(shuttle, with_duty(at, at.duty * (1.0 - 1e-9 * k))).loss
    return total


@kernel
def run_legs(leg: Leg, at: OperatingPoint, rest: float, count: int) -> float:
    """Run exact periods until they change nothing any more, and repeat that so many times."""
    total = 0.0
    for k in range(count):
        current, change = rest + 1e-9 * k, 1.0
        while change > 1e-10:
            end = switch_period(leg, at, current).end
            change, current = abs(end - current), end
        total += current
    return total


@kernel
def run_shuttles(shuttle: Shuttle, at: OperatingPoint, rest: float, count: int) -> float:
    """Run exact periods until they change nothing any more, and repeat that so many times."""
    total = 0.0
    for k in range(count):
        voltage, change = rest + 1e-9 * k, 1.0
        while change > 1e-10:
            end = shuttle_period(shuttle, at, voltage).end
            change, voltage = abs(end - voltage), end
        total += voltage
    return total


def lasts(loop: Callable[..., float], case: Case) -> float:
    """Return the time of one turn of a compiled loop [s]."""
    loop(case.parts, case.at, case.rest, 1)
    start = time.perf_counter()
    loop(case.parts, case.at, case.rest, REPEATS)
    return (time.perf_counter() - start) / REPEATS


def errors(case: Case) -> tuple[float, float, float, float]:
    """Return the relative errors of both currents and of the loss, and the time of the peer [s]."""
    start = time.perf_counter()
    taken, arrived, *heat = settled(case.solve, case.parts, case.at, case.rest)
    spent = time.perf_counter() - start
    of, period = averaged(case), case.at.period
    return (
        abs(-of.input_current * period / taken - 1.0),
        abs(of.output_current * period / arrived - 1.0),
        abs(of.loss * period / sum(heat) - 1.0),
        spent,
    )


def report(name: str, cases: list[Case]) -> float:
    """Print a line of the table; return the greatest error."""
    found = [errors(case) for case in cases]
    worst = [max(error[k] for error in found) for k in range(3)]
    peer = sum(error[3] for error in found) / len(found)
    legs = isinstance(cases[0].parts, Leg)
    own = sum(lasts(average_legs if legs else average_shuttles, case) for case in cases) / len(cases)
    steady = "" if not legs else f"{sum(valley(case.parts, case.at) > 0.0 for case in cases)} continuous"
    line = f"{name:26}{len(cases):4} {steady:14}" + "".join(f"{error:11.1e}" for error in worst)
    if cases[0].solve is commutating_period:
        print(line)
    else:
        exact = sum(lasts(run_legs if legs else run_shuttles, case) for case in cases) / len(cases)
        print(f"{line}{own * 1e6:9.2f}{exact * 1e6:9.2f}{peer * 1e6:11.0f}{exact / own:9.1f}{peer / own:9.0f}")
    return max(worst)


def main() -> int:
    """Print the table; return 0 where all errors are within the goal."""
    print(f"{'':45}{'greatest relative error of':>33}{'us a steady state':>29}{'times faster than':>18}")
    print(f"{'converter':26}{'points':>4}{'':13}{'I taken':>11}{'I given':>11}{'loss':>11}{'average':>9}{'periods':>9}"
          f"{'solver':>11}{'periods':>9}{'solver':>9}")  # fmt: skip
    worst = max(
        report("buck-boost", list(shuttle_legs())),
        report("switched capacitor", list(capacitors())),
        report("flyback to the pack", list(flybacks(True, inductive_period))),
        report("flyback to the cell", list(flybacks(False, inductive_period))),
        report("  commutating, to the pack", list(flybacks(True, commutating_period))),
        report("  commutating, to the cell", list(flybacks(False, commutating_period))),
    )
    print(f"greatest error {worst:.1e}; goal {GOAL:g}")
    return 0 if worst <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
