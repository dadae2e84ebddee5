"""The last fit as a `FittedCell`: figures and tables with intervals, verdicts, and measured against simulated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from . import verdicts
from .circuit.intervals import TWO_SIDED, half_widths
from .circuit.priors import entropic_deviation
from .circuit.unknowns import ENERGY_SCALE
from .fitted import Comparison, Estimate, FittedCell, TableEstimate
from .found import Found
from .verdicts import Passed


def assemble(found: Found, hysteresis: tuple[float, float, float]) -> FittedCell:
    """Collect what the last electrical fit found.

    Parameters
    ----------
    found : Found
        The fit.
    hysteresis : (value, half width, narrowed)
        Of the bound of hysteresis [V], as the last fit that looked for it found it; see `Found.hysteresis`.
    """
    predicted = {name: found.voltage(steps) for name, steps in found.steps.items()}
    comparisons, reached = [], []
    for name, steps in found.steps.items():
        voltage, start = predicted[name]
        soc = found.soc(steps, start)
        held_out = name in found.layout.settings.held_out
        if not held_out:
            reached.append(soc)
        record = steps.record
        comparisons.append(Comparison(
            name, record.time, record.voltage, voltage, soc[steps.last + 1], steps.temperature[steps.last], held_out
        ))  # fmt: skip
    what, wanted = verdicts.passed(found.problem.steps, reached), found.layout.settings.hysteresis
    tables = _tables(found, what)
    kind = found.kind
    if not tables[-1].told.any():
        kind = replace(kind, entropic_coefficient=np.zeros(kind.nodes))
    return FittedCell(
        kind=kind,
        settings=found.layout.settings,
        estimates=(*_estimates(found, what), *([_hysteresis(hysteresis, what)] if wanted else []), *_thermal(found)),
        tables=tables,
        comparisons=tuple(comparisons),
        correlation=found.solution.correlation,
        assumed=_assumed(found),
    )


def _estimates(found: Found, what: Passed) -> list[Estimate]:
    """Return the figures of the search."""
    dynamics, pairs = found.solution.dynamics, found.layout.settings.pairs
    widths = np.zeros(len(found.problem.free))
    widths[found.problem.free] = half_widths(found.covariance)[found.layout.count :]
    shares = np.divide(widths / TWO_SIDED, found.problem.prior.deviation)
    records = len(dynamics.start)
    why = "" if found.layout.settings.capacity else verdicts.why_capacity(widths[0], what)
    result = [Estimate("capacity", "C", dynamics.capacity, dynamics.capacity * widths[0], why)]
    for number, steps in enumerate(found.problem.steps):
        result.append(Estimate(f"SOC at the start of {steps.name}", "1", dynamics.start[number], widths[1 + number]))
    for j, value in enumerate(dynamics.time_constant):
        at = 1 + records + j
        searched = found.problem.free[at]
        why = verdicts.why_time_constant(value, j, pairs, shares[at], what) if searched else ""
        result.append(Estimate(f"time constant of pair {j + 1}", "s", value, value * widths[at], why))
    for j, value in enumerate(dynamics.activation_energy):
        at = 1 + records + pairs + j
        name = f"activation energy of {f'pair {j}' if j else 'R0'}"
        width = ENERGY_SCALE * widths[at]
        result.append(Estimate(name, "J/mol", value, width, verdicts.why_energy(shares[at], what)))
    return result


def _hysteresis(found: tuple[float, float, float], what: Passed) -> Estimate:
    value, half_width, narrowed = found
    why = verdicts.why_hysteresis(narrowed, value, half_width, what)
    return Estimate("bound of hysteresis", "V", 0.0 if why else value, 0.0 if why else half_width, why)


def _thermal(found: Found) -> list[Estimate]:
    kind, thermal = found.kind, found.thermal
    if thermal is None:
        why = "no record has the temperature of both cell and air; assumed"
    else:
        why = "" if thermal.told else "the measured temperature hardly answers to the heat of the cell; assumed"
    widths = (0.0, 0.0)
    if thermal and not why:
        widths = TWO_SIDED * thermal.deviations.heat_capacity, TWO_SIDED * thermal.deviations.convection
    return [
        Estimate("heat capacity", "J/K", kind.heat_capacity, widths[0], why),
        Estimate("convection", "W/K", kind.convection, widths[1], why),
    ]


def _tables(found: Found, what: Passed) -> tuple[TableEstimate, ...]:
    layout, widths = found.layout, half_widths(found.covariance)
    low, high = found.scales.minimum_voltage, found.scales.maximum_voltage
    places = [layout.table(number) for number in range(len(layout.edges) - 1)]
    values = [found.linear[place] for place in places]
    spans = [widths[place] for place in places]
    if found.thermal and found.thermal.told:
        spans[-1] = TWO_SIDED * found.thermal.deviations.entropic_coefficient
    told = [_within(values[0], what) & (spans[0] < verdicts.VOLTAGE_TOLD * (high - low))]
    told += [span < verdicts.RESISTANCE_TOLD * value for value, span in zip(values[1:-1], spans[1:-1], strict=True)]
    told.append(spans[-1] / TWO_SIDED < verdicts.NARROWED * entropic_deviation(layout))
    names = ["open-circuit voltage", "R0", *(f"R{j + 1}" for j in range(layout.settings.pairs)), "dU/dT"]
    units = ["V", *["Ohm"] * (layout.settings.pairs + 1), "V/K"]
    reasons = ["" if told[0].all() else verdicts.range_text(what)]
    reasons += [verdicts.why_resistance(one, what) for one in told[1:-1]]
    reasons.append(verdicts.why_entropic(told[-1], what))
    return tuple(map(TableEstimate, names, units, values, spans, told, reasons))


def _within(table: NDArray[np.float64], what: Passed) -> NDArray[np.bool_]:
    """Whether each knot lies within what the records reached, or next to it."""
    spacing = 1.0 / (len(table) - 1)
    soc = np.linspace(0.0, 1.0, len(table))
    return (soc > what.soc[0] - spacing) & (soc < what.soc[1] + spacing)


def _assumed(found: Found) -> tuple[str, ...]:
    settings, kind = found.layout.settings, found.kind
    given = {
        f"voltage limits {kind.minimum_voltage:.3f} and {kind.maximum_voltage:.3f} V: those of the records":
            settings.minimum_voltage is None or settings.maximum_voltage is None,
        f"charging current up to {kind.maximum_charge_current:.3g} A: {_origin(found, 1.0)}":
            settings.maximum_charge_current is None,
        f"discharge current up to {kind.maximum_discharge_current:.3g} A: {_origin(found, -1.0)}":
            settings.maximum_discharge_current is None,
        f"mass {kind.mass:.3g} kg: 24 g/A.h, as of the Leaf's cell": settings.mass is None,
        f"Coulombic efficiency {settings.coulombic_efficiency:g}, self-discharge of "
        f"{100.0 * settings.self_discharge_per_month:g} % a month": True,
    }  # fmt: skip
    bare = [
        f"{name}: at {settings.reference_temperature - 273.15:.1f} degC: it has no temperature"
        for name, steps in found.steps.items()
        if steps.record.temperature is None and steps.record.ambient is None
    ]
    return (*(line for line, is_so in given.items() if is_so), *bare)


def _origin(found: Found, sign: float) -> str:
    """Return where the limit of the current of a direction comes from."""
    flows = any(float((sign * steps.record.current).max()) > 0.0 for steps in found.steps.values())
    return "the greatest of the records" if flows else "no record has one; that of the other direction"
