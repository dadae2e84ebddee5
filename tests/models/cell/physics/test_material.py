"""Active material that cells lose: capacity by Brent, lithium, charge and energy conserved, losses by any steps."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.models.aging.material import LOSSES, MaterialLoss
from packfmu.models.electrochemistry.kind import Mesh, Physics
from packfmu.models.electrochemistry.lithium import rest_voltages
from packfmu.models.numerics.arrhenius import FARADAY_CONSTANT
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.models.cell.physics.films import MESH, aged, aging, cell, hand_over
from tests.models.cell.physics.pybamm_cells import FOLDER, STARTS, uniform_volumes
from tests.models.cells import invented_cell

KIND = replace(aging("reaction"), material=MaterialLoss(negative_rate=0.03, positive_rate=0.02))
NAMES = [name for name, _ in LOSSES]
MODELS = (Physics.SPM, Physics.SPME, Physics.DFN)


def give(own, wear, h):
    """Age by what the cells have counted in h [s], material included."""
    hand_over(own, wear, h)
    for name in NAMES:
        own.u[name] = wear.y[name]


def lithium(own, physics):
    """Charge of the lithium in the particles [C]."""
    mean, charge = own.x["mean_stoichiometry"] + own.x["mean_remainder"], own.x["material_charge"]
    if physics is Physics.DFN:
        volumes = [MESH.negative, MESH.positive]
        charge = np.repeat(charge, volumes, axis=1) * np.repeat(1.0 / np.array(volumes), volumes)
    return (charge * mean).sum(axis=1)


def capacity_by_hand(negative, positive, charge):
    """Return the charge between the nominal rest voltages [C] of electrodes of these charges that hold this lithium."""
    low, high = (material.open_circuit_potential for material in PARAMETERS.materials)

    def above(x, voltage):
        return float(high((charge - negative * x) / positive) - low(x)) - voltage

    ends = max(1e-9, (charge - positive) / negative + 1e-9), min(1.0, charge / negative) - 1e-9
    found = []
    for voltage in rest_voltages(PARAMETERS):
        if above(ends[1], voltage) < 0.0:
            found.append(ends[1])
        else:
            found.append(brentq(above, *ends, args=(voltage,), xtol=1e-14))
    return negative * (found[1] - found[0])


@pytest.mark.parametrize("physics", MODELS)
@pytest.mark.parametrize("lost", [(0.1, 0.0), (0.0, 0.1), (0.05, 0.15)])
def test_capacity_after_a_loss_at_rest(physics, lost):
    """Both electrodes limit: the negative at SOC 0, where the positive has room, and the positive by its lithium."""
    own = cell(KIND, physics=physics, initial_soc=0.6)
    new, before = own.x["capacity"][0], own.memory.copy()
    charges = np.array(own.x["material_charge"][0])
    at = np.array([own.x["window_empty"][0, e] + 0.6 * (own.x["window_full"][0, e] - own.x["window_empty"][0, e])
                   for e in (0, 1)])  # fmt: skip
    for name, share in zip(NAMES, lost, strict=True):
        own.u[name] = share
    assert own.advance(0.0, 1.0) == 0
    left = charges * (1.0 - np.array(lost))
    expected = capacity_by_hand(*left, float(left @ at))
    assert own.x["capacity"][0] == pytest.approx(expected, rel=1e-8)
    assert own.x["capacity"][0] < 0.97 * new
    assert own.y["material_lithium"][0] == pytest.approx(float((charges * np.array(lost)) @ at), rel=1e-9)
    assert own.y["voltage"][0] == pytest.approx(float(PARAMETERS.open_circuit(0.6)), abs=1e-4)  # as rest is rest
    own.memory[:] = before


@pytest.mark.parametrize("physics", MODELS)
def test_lithium_charge_and_energy_close_over_losses(physics):
    own, wear = cell(KIND, physics=physics, initial_soc=0.5), aged(KIND)
    whole, random = lithium(own, physics), np.random.default_rng(7)
    charge = energy = 0.0
    for n in range(100):
        own.u["current"] = random.uniform(-4.0, 3.0) if n % 7 else 0.0
        own.u["temperature"] = 290.0 + 10.0 * random.random()
        h = random.choice([0.1, 1.0, 10.0])
        if n % 20 == 10:
            give(own, wear, h)
            own.u["negative_material_loss"] = 1e-3 * n
            own.u["positive_material_loss"] = 5e-4 * n
        if n % 50 == 25:
            own.u["soc_shift"] += 0.01
        assert own.advance(0.0, h) == 0
        y = own.y
        charge += y["charge"] + y["shifted_charge"] - y["stored_charge"] - y["lost_charge"] - y["aging_charge"]
        energy += y["electrical_energy"] + y["shifted_energy"] - y["stored_energy"] - y["heat"] - y["aging_energy"]
        gone = own.x["lithium_lost"] + own.y["material_lithium"]
        assert lithium(own, physics) + gone == pytest.approx(whole, rel=1e-12)
        assert own.x["lithium"] + gone == pytest.approx(whole, rel=1e-12)
    assert own.y["material_lithium"][0] > 0.01 * PARAMETERS.capacity
    assert charge == pytest.approx(0.0, abs=1e-8)
    assert energy == pytest.approx(0.0, abs=1e-5)


def cycled(every, days=8):
    """Return a cell and its aging after days of cycles, in which it ages once each so many steps."""
    own, wear = cell(KIND, initial_soc=0.8), aged(KIND)
    since = 0.0
    for n in range(days * 96):
        own.u["current"] = -2.5 if n % 96 < 24 else 1.25 if n % 96 < 72 else 0.0
        assert own.advance(0.0, 100.0) == 0
        since += 100.0
        if (n + 1) % every == 0:
            give(own, wear, since)
            since = 0.0
    assert own.advance(0.0, 1.0) == 0
    return own


def test_a_loss_that_is_taken_once_a_cycle_is_that_which_goes_on_with_the_charge():
    often, seldom = cycled(1), cycled(96)
    lost = 1.0 - seldom.x["material_charge"] / cell(KIND).x["material_charge"]
    assert np.all(lost > 0.05)
    assert seldom.x["material_lost"] == pytest.approx(often.x["material_lost"], rel=1e-12)
    assert seldom.y["material_lithium"] == pytest.approx(often.y["material_lithium"], rel=1e-2)
    assert seldom.x["capacity"] == pytest.approx(often.x["capacity"], rel=1e-3)


def test_a_jump_over_days_is_the_days_in_full():
    """Two days of eight, the counters of the second carried on over six more, as a jump in time does."""
    full, jumped = cycled(96), cycled(96, days=2)
    wear = aged(KIND)
    wear.u["charge_throughput"] = full.y["charge_throughput"]
    wear.advance(0.0, 1.0)
    for name in NAMES:
        jumped.u[name] = wear.y[name]
    assert jumped.advance(0.0, 1.0) == 0
    new = cell(KIND).x["capacity"]
    lost = [float((new - own.x["capacity"])[0]) for own in (full, jumped)]
    assert lost[1] == pytest.approx(lost[0], rel=0.03)


@pytest.mark.parametrize("physics", MODELS)
def test_a_cell_that_starts_with_losses_has_the_window_of_one_that_had_them(physics):
    late = cell(KIND, physics=physics, initial_soc=0.6)
    late.u["negative_material_loss"], late.u["positive_material_loss"] = 0.1, 0.05
    assert late.advance(0.0, 1.0) == 0
    start = {name: float(late.u[name][0]) for name in NAMES}
    start |= {"earlier_material_lithium": float(late.y["material_lithium"][0]), "initial_soc": float(late.y["soc"][0])}
    early = cell(KIND, physics=physics, **start)
    for name in ("capacity", "window_empty", "window_full", "material_surface", "exchange_current", "film_resistance"):
        assert early.x[name] == pytest.approx(late.x[name], rel=1e-9), name
    for own in (early, late):
        own.u["current"] = 1.0
        for _ in range(20):
            assert own.advance(0.0, 10.0) == 0
    assert early.y["voltage"] == pytest.approx(late.y["voltage"], abs=1e-5)


def test_the_currents_that_particles_take_grow_as_their_material_falls():
    bare, worn = cell(KIND, initial_soc=0.6), cell(KIND, initial_soc=0.6, negative_material_loss=0.5)
    for own in (bare, worn):
        own.u["current"] = 0.02
        own.advance(0.0, 10.0)
    assert worn.x["exchange_current"][0, 0] == pytest.approx(0.5 * bare.x["exchange_current"][0, 0], rel=1e-12)
    assert worn.x["film_resistance"][0, 0] == pytest.approx(2.0 * bare.x["film_resistance"][0, 0], rel=1e-12)


def test_an_equivalent_circuit_has_no_material_to_lose():
    with pytest.raises(InputError, match="an equivalent circuit has no active material to lose"):
        invented_cell().declare(1, KIND)


def cell_of_volumes():
    """Return a cell of Chen 2020 that ages, half full, whose particles are the volumes of PyBaMM."""
    rates, gains, _ = uniform_volumes()
    start = {"mode_rate": rates, "mode_share": gains / rates, "mode_direct": 0.0, "lookahead": 0.0}
    kind = replace(PARAMETERS, physics=Physics.SPM, mesh=Mesh(modes=rates.size))
    own = Instance(kind.declare(1, KIND).with_start(start))
    own.initialize()
    own.x.mean_stoichiometry[0] = STARTS["chen_2020", "half"]
    return own


def test_a_cell_that_loses_material_with_the_current_is_that_of_pybamm():
    """Three cycles of C/2; a tenth and a twentieth of the material goes with a full one, each 30 s here."""
    names = "t", "I", "V", "fraction_n", "fraction_p", "lithium_n", "lithium_p"
    with np.load(FOLDER / "chen_2020_material.npz") as held:
        times, currents, voltages, *expected = (held[name] for name in names)
    own, found, now, passed = cell_of_volumes(), [], 0.0, 0.0
    new = np.array(own.x.material_charge[0])
    for time, current in zip(times, currents, strict=True):
        own.u.current[0] = current
        while now < time - 1e-6:
            own.u.negative_material_loss[0] = 0.1 * passed / 36000.0
            own.u.positive_material_loss[0] = 0.05 * passed / 36000.0
            assert own.advance(0.0, 30.0) == 0
            now, passed = now + 30.0, passed + 30.0 * abs(current)
        mean, charge = np.array(own.x.mean_stoichiometry[0]), np.array(own.x.material_charge[0])
        found.append([own.y.voltage[0], *charge / new, *mean * charge / FARADAY_CONSTANT])
    voltage, *parts = np.array(found, np.float64).T
    fractions = [electrode.materials[0].active_fraction for electrode in PARAMETERS.electrodes]
    for part, fraction, theirs in zip(parts[:2], fractions, expected[:2], strict=True):
        assert part * fraction == pytest.approx(theirs, rel=3e-4)  # under a current the last 30 s are still to be taken
        assert part[-1] * fraction == pytest.approx(theirs[-1], rel=1e-12)
    for part, theirs in zip(parts[2:], expected[2:], strict=True):
        assert part[-1] == pytest.approx(theirs[-1], rel=1e-5)  # of first order in the 30 s: 1.5e-6 with 10 s
    assert np.sqrt(np.mean((voltage - voltages) ** 2)) < 2e-5
    assert abs(voltage[-1] - voltages[-1]) < 2e-6
