"""What a user should know of a cell that a BPX file describes: what differs, what is assumed, what is not used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ....core.errors import one_line, shortened
from ....models.cell.physics.cell import ElectrochemicalCell
from ....models.electrochemistry.kind import Electrode
from ....models.electrochemistry.lithium import rest_voltages
from .contents import Contents, Place
from .curves import along_stoichiometry, given_function
from .formula import Formula

if TYPE_CHECKING:
    from bpx import BPX

NEAR = 1e-5
"""Difference of voltages that is not told [V]."""

BALANCED = 1e-4
"""Difference of the charges of the electrodes that is not told, as a share."""

SAID_ERROR = 1e-5
"""Error of a table of a potential that is told [V]."""

BRANCHES = (("ocp_lith", "OCP (lithiation) [V]"), ("ocp_delith", "OCP (delithiation) [V]"))
"""The potential's branches of hysteresis."""


def conditions(contents: BPX) -> Any:
    """Return the initial conditions of a file; None where it has none."""
    return contents.state.initial_conditions if contents.state else None


def convection(contents: BPX) -> float:
    """Return what a cell gives to the surroundings by a file [W/K], 0 where it does not tell."""
    surroundings = contents.state.thermal_environment if contents.state else None
    transfer = (surroundings.heat_transfer_coefficient if surroundings else None) or 0.0
    return float(transfer * (contents.parameterisation.cell.external_surface_area or 0.0))


def on(contents: Contents, kind: ElectrochemicalCell) -> Iterator[str]:
    """Yield the notes on a cell that was made of a file, a line each."""
    if contents.converted:
        yield (f"the file is of BPX {contents.version}; it is converted to BPX 1, which has no thermal conductivity")
    if contents.user_defined:
        yield f"user-defined fields are not used: {one_line(shortened(', '.join(contents.user_defined)))}"
    yield from _window(contents.checked, kind)
    yield from _assumed(contents.checked, kind)
    yield from _tables(kind)
    yield from _hysteresis(contents.checked, contents.formulas)
    yield from _state(contents.checked, contents.converted)


def _window(contents: BPX, kind: ElectrochemicalCell) -> Iterator[str]:
    empty, full = rest_voltages(kind)
    low, high = kind.limits.minimum_voltage, kind.limits.maximum_voltage
    if max(abs(empty - low), abs(full - high)) > NEAR:
        yield (
            f"the rest voltage is {empty:.5f} V at SOC 0 and {full:.5f} V at SOC 1, the stoichiometry limits of the "
            f"file; its cut-offs are {low:g} and {high:g} V"
        )
    nominal = contents.parameterisation.cell.nominal_cell_capacity
    within = _between_cutoffs(kind)
    yield (
        f"between SOC 0 and 1 lie {kind.capacity / 3600.0:.5g} A.h, between rest at the cut-offs {within:.5g} A.h; the "
        f"nominal capacity of {nominal:g} A.h defines C-rates only"
    )
    charges = [_charge(electrode) for electrode in kind.electrodes]
    more = charges[1] / charges[0] - 1.0
    if abs(more) > BALANCED:
        yield (
            f"between the stoichiometry limits the positive electrode takes {more:+.3%} against "
            "what the negative one gives; the cell has the negative's charge, and the positive's limit at SOC 1 moves"
        )


def _between_cutoffs(kind: ElectrochemicalCell) -> float:
    """Return the charge between the SOC at which the cell rests at its cut-offs, within -10 to 110 % [A.h]."""
    soc = np.linspace(-0.1, 1.1, 24001)
    voltage = np.maximum.accumulate(kind.open_circuit(soc))
    limits = (kind.limits.minimum_voltage, kind.limits.maximum_voltage)
    return float(np.diff(np.interp(limits, voltage, soc))[0]) * kind.capacity / 3600.0


def _charge(electrode: Electrode) -> float:
    spans = (m.charge_density() * (m.maximum_stoichiometry - m.minimum_stoichiometry) for m in electrode.materials)
    return electrode.thickness * sum(spans)


def _assumed(contents: BPX, kind: ElectrochemicalCell) -> Iterator[str]:
    limits, cell = kind.limits, contents.parameterisation.cell
    yield (
        f"a BPX file has no current limits: {limits.maximum_charge_current:.4g} A while charging and "
        f"{limits.maximum_discharge_current:.4g} A while discharging are assumed; a pack file sets others by "
        "maximum_charge_current and maximum_discharge_current of its [cell]"
    )
    lacking = [
        name
        for name, value in (
            ("specific heat capacity", cell.specific_heat_capacity),
            ("density", cell.density),
            ("volume", cell.volume),
        )
        if not value
    ]
    if lacking:
        yield (
            f"the file has no {', '.join(lacking)}; the cell is assumed to have {kind.mass:.3g} kg and "
            f"{kind.heat_capacity:.4g} J/K"
        )


def _tables(kind: ElectrochemicalCell) -> Iterator[str]:
    for name, electrode in zip(("negative", "positive"), kind.electrodes, strict=True):
        for material in electrode.materials:
            error = material.open_circuit_potential.error
            if error > SAID_ERROR:
                yield f"the potential of {material.name} ({name}) is off by up to {1e3 * error:.2g} mV at its kinks"


def _hysteresis(contents: BPX, formulas: dict[Place, Formula]) -> Iterator[str]:
    sections = contents.parameterisation
    for name, electrode in (
        ("Negative electrode", sections.negative_electrode),
        ("Positive electrode", sections.positive_electrode),
    ):
        blend = getattr(electrode, "particle", None) or {}
        held: dict[Place, Any] = {(name, key): blend[key] for key in blend} or {(name,): electrode}
        for place, particle in held.items():
            told = [key for field, key in BRANCHES if getattr(particle, field) is not None]
            if told:
                apart = max(_apart(formulas, place, particle, field, key) for field, key in BRANCHES if key in told)
                yield (
                    f"{': '.join(place)}: hysteresis is read but not modelled: the mean curve is used; "
                    f"{' and '.join(told)} differ from it by up to {1e3 * apart:.3g} mV"
                )


def _apart(formulas: dict[Place, Formula], place: Place, particle: Any, field: str, key: str) -> float:
    window = particle.minimum_stoichiometry, particle.maximum_stoichiometry
    mean, branch = (
        along_stoichiometry(given_function(formulas, (*place, name), value), window, SAID_ERROR)
        for name, value in (("OCP [V]", particle.ocp), (key, getattr(particle, field)))
    )
    at = np.linspace(*window, 501)
    return float(np.abs(branch(at) - mean(at)).max())


def _state(contents: BPX, converted: bool) -> Iterator[str]:
    given = conditions(contents)
    if given is not None and given.initial_soc is not None and not converted:
        yield f"the file starts at SOC {given.initial_soc:g}; a pack starts at the initial_soc of its own file"
    if contents.state and contents.state.degradation:
        yield "the degradation that the file tells of is not used: the cells are new"
