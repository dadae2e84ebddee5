"""Heat of cells of physics, part by part, against PyBaMM's with its heat of mixing, on its mesh and at its temperature.

Where a definition differs, PyBaMM's is computed from our states (`pybamm_heats`) and compared with its trace; what ours
has to do with it is a test of its own. Definitions that differ:

* mixing: ours includes what the gradients store more or less, since what is stored is the enthalpy of the mean. Over a
  cycle from rest to rest both are the same. PyBaMM's has U in place of U - T dU/dT besides;
* ohmic: PyBaMM averages current and gradient from the faces of a volume before it multiplies them, which loses 0.4 % on
  this mesh, and takes 1/c at a face by a mean. Ours is the product at the faces, which closes the ledger;
* SPMe: the equations as published have mean exchange currents and no logarithm, and kappa at the salt's concentration
  at rest, where PyBaMM takes 1036.23 mol/m3 (the reference's README).
"""

import numpy as np
import pytest

from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.parameters.chen_2020 import conductivity
from tests.models.cell.physics import pybamm_heats
from tests.models.cell.physics.pybamm_cells import PROTOCOLS, REFERENCE, cell_of, step, trace

PARTS = "reaction", "solid", "electrolyte", "reversible", "mixing"
THEIRS = "irreversible", "ohmic", "reversible", "mixing"
FILES = {Physics.SPM: "r20", Physics.SPME: "10_4_10_r20_published", Physics.DFN: "10_4_10_r20_series"}
INSTANT = 1e-3
"""Step whose heat counts as that of an instant [s]."""

TIGHT = {physics: {"tolerance": 1e-9} if physics is Physics.DFN else {} for physics in Physics}
"""What Newton's iteration leaves must not be seen."""

BODIES = {"chen_2020": (42.77530, 10.0 * 0.00531), "marquis_2019": (14.12975, 10.0 * 0.0569)}
"""Heat capacity and cooling of each cell [J/K], [W/K]."""

HELD_AT = 1036.2298623730
"""Concentration that PyBaMM takes kappa at in the SPMe of Chen 2020 [mol/m3]."""


def ohmic(cell, physics):
    if physics is Physics.SPM:
        return 0.0
    if physics is Physics.DFN:
        return pybamm_heats.porous_ohmic(cell)
    return pybamm_heats.salt_ohmic(cell, float(conductivity(HELD_AT)))


def at_this_instant(cell, parameters, physics):
    """Return the parts of the heat [W], the reactions of an SPMe, ohmic and mixing as PyBaMM has them."""
    held = cell.memory.copy()
    assert cell.advance(0.0, INSTANT) == 0
    found = {part: float(cell.y[f"heat_{part}"]) / INSTANT for part in PARTS}
    found["their ohmic"] = ohmic(cell, physics)
    found["their mixing"] = pybamm_heats.mixing(cell, parameters, physics)
    if physics is Physics.SPME:
        found["their reaction"] = pybamm_heats.salt_reaction(cell, parameters)
    cell.memory[:] = held
    return found


def along(parameters, physics, protocol):
    """Return our heats and PyBaMM's at the times of a trace, each by its name [W]."""
    name = f"{parameters}_{physics.value}_{FILES[physics]}"
    times, currents, temperatures = trace(name, f"{protocol}_lumped", "t", "I", "T")
    kept = trace(name, f"{protocol}_lumped", *(f"heat_{part}" for part in THEIRS))
    cell, rows, now, warm = cell_of(parameters, physics, PROTOCOLS[protocol], **TIGHT[physics]), [], 0.0, REFERENCE
    for time, current, temperature in zip(times, currents, temperatures, strict=True):
        if time > now:
            cell.u.current[0] = current
            step(cell, time - now, 5.0, (warm, temperature))
            now, warm = time, temperature
            cell.u.temperature[0] = temperature
            rows.append(at_this_instant(cell, parameters, physics))
    ours = {part: np.array([row[part] for row in rows]) for part in rows[0]}
    return ours, {part: heat[times > 0.0] for part, heat in zip(THEIRS, kept, strict=True)}


def apart(ours, theirs):
    """Return the greatest difference over the greatest value."""
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


@pytest.mark.parametrize(
    ("parameters", "protocol"),
    [("chen_2020", "1c"), ("chen_2020", "2c"), ("chen_2020", "drive"), ("chen_2020", "rest"), ("marquis_2019", "1c")],
)
def test_single_particles(parameters, protocol):
    ours, theirs = along(parameters, Physics.SPM, protocol)
    assert apart(ours["reaction"], theirs["irreversible"]) < 1e-4
    assert apart(ours["their mixing"], theirs["mixing"]) < 1e-3
    if parameters == "marquis_2019":  # Chen 2020 has no entropy
        assert apart(ours["reversible"], theirs["reversible"]) < 1e-3


def test_single_particles_with_electrolyte():
    ours, theirs = along("chen_2020", Physics.SPME, "1c")
    assert apart(ours["their reaction"], theirs["irreversible"]) < 1e-3
    assert apart(ours["their ohmic"], theirs["ohmic"]) < 1e-3
    assert apart(ours["their mixing"], theirs["mixing"]) < 1e-3


def test_porous_electrodes():
    ours, theirs = along("chen_2020", Physics.DFN, "1c")
    assert apart(ours["reaction"], theirs["irreversible"]) < 1e-3
    assert apart(ours["their ohmic"], theirs["ohmic"]) < 1e-3
    assert apart(ours["their mixing"], theirs["mixing"]) < 1e-3


def losses(physics, mesh):
    """Return our ohmic heat and PyBaMM's after 600 s of 1C, by the same equations [W]."""
    cell = cell_of("chen_2020", physics, mesh=mesh, **TIGHT[physics])
    cell.u.current[0] = -5.0
    step(cell, 600.0, 5.0)
    assert cell.advance(0.0, INSTANT) == 0
    ours = (cell.y.heat_solid + cell.y.heat_electrolyte) / INSTANT
    if physics is Physics.DFN:
        return ours, pybamm_heats.porous_ohmic(cell)
    return ours, pybamm_heats.salt_ohmic(cell, float(conductivity(1000.0)), linear=True)


@pytest.mark.parametrize("physics", [Physics.SPME, Physics.DFN])
def test_what_averaging_before_the_product_loses_falls_with_the_square_of_the_mesh(physics):
    coarse, fine = (np.diff(losses(physics, mesh))[0] for mesh in ((10, 4, 10), (20, 8, 20)))
    ours, theirs = losses(physics, (40, 16, 40))
    assert coarse / fine == pytest.approx(4.0, rel=0.1)
    assert theirs == pytest.approx(ours, rel=1e-3)


@pytest.mark.parametrize("physics", [Physics.SPM, pytest.param(Physics.DFN, marks=pytest.mark.campaign)])
def test_from_rest_to_rest_mixing_is_what_gradients_dissipate(physics):
    cell = cell_of("chen_2020", physics, mesh=(3, 2, 3), volumes=60, **TIGHT[physics])
    ours = theirs = before = 0.0
    for current, steps, h in ((-5.0, 360, 5.0), (0.0, 200, 1.0), (0.0, 400, 50.0)):
        cell.u.current[0] = current
        before = pybamm_heats.mixing(cell, "chen_2020", physics) if current == 0.0 else 0.0
        for _ in range(steps):
            assert cell.advance(0.0, h) == 0
            after = pybamm_heats.mixing(cell, "chen_2020", physics)
            ours, theirs, before = ours + float(cell.y.heat_mixing), theirs + 0.5 * h * (before + after), after
    assert ours == pytest.approx(theirs, rel=1e-3)


def balanced(physics, protocol, theirs, parameters="chen_2020"):
    """Return by how much the temperature by a balance is off [K] along a trace, by our mixing or by `theirs`."""
    name, (capacity, cooling) = f"{parameters}_{physics.value}_{FILES[physics]}", BODIES[parameters]
    times, currents, temperatures = trace(name, f"{protocol}_lumped", "t", "I", "T")
    cell, now, warm, found = cell_of(parameters, physics), 0.0, REFERENCE, []
    for time, current in zip(times, currents, strict=True):
        cell.u.current[0] = current
        parts = int(np.ceil((time - now) / 5.0))
        for _ in range(parts):
            h = (time - now) / parts
            cell.u.temperature[0] = warm
            before = pybamm_heats.mixing(cell, parameters, physics) if theirs else 0.0
            assert cell.advance(0.0, h) == 0
            heat = float(cell.y.heat)
            if theirs:
                after = pybamm_heats.mixing(cell, parameters, physics)
                heat += 0.5 * h * (before + after) - float(cell.y.heat_mixing)
            settled = REFERENCE + heat / h / cooling
            warm = settled + (warm - settled) * np.exp(-cooling * h / capacity)
        now = time
        found.append(warm)
    return np.array(found) - temperatures, temperatures.max() - REFERENCE


@pytest.mark.parametrize(
    ("physics", "protocol"),
    [(Physics.SPM, "1c"), (Physics.SPM, "rest"), pytest.param(Physics.DFN, "1c", marks=pytest.mark.campaign)],
)
def test_temperature_by_a_balance(physics, protocol):
    off, rise = balanced(physics, protocol, theirs=True)
    assert np.abs(off).max() < 0.003 * rise


@pytest.mark.campaign
@pytest.mark.parametrize("protocol", ["1c", "2c"])
def test_temperature_of_porous_electrodes_of_marquis_2019(protocol):
    off, rise = balanced(Physics.DFN, protocol, True, "marquis_2019")
    assert np.abs(off).max() < 0.003 * rise


def test_temperature_after_a_rest_knows_nothing_of_what_gradients_stored():
    off, rise = balanced(Physics.SPM, "rest", theirs=False)
    assert np.abs(off).max() > 0.02 * rise
    assert abs(off[-1]) < 0.002 * rise
