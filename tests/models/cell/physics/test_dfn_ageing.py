"""Cells with electrolyte that age: what holds for single particles holds for `spme_ageing` and `dfn_ageing` too.

Their kernels compile for 80 s, which is for the campaign; the interpreter runs a small mesh.
"""

import math
from functools import partial

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.models.aging.plating import Plating
from packfmu.models.electrochemistry.kind import Mesh, Physics
from packfmu.models.numerics.arrhenius import FARADAY_CONSTANT, GAS_CONSTANT
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.interpreted import InterpretedInstance
from tests.models.cell.physics import films
from tests.models.cell.physics.films import THICKNESS, VOLUME, aged, aging, hand_over

DAY = 86400.0
THERMAL = GAS_CONSTANT * 298.15 / FARADAY_CONSTANT
MODELS = (Physics.SPME, Physics.DFN)
KIND = aging("reaction", Plating(exchange_current=0.1))


@pytest.fixture(params=["interpreted", pytest.param("compiled", marks=pytest.mark.campaign)])
def cell(request):
    """Return what makes cells: small ones that the interpreter runs, or those whose kernels are compiled."""
    if request.param == "compiled":
        return partial(films.cell, by=Instance)
    return partial(films.cell, by=InterpretedInstance, mesh=Mesh(negative=2, separator=1, positive=2))


def lithium(own, physics):
    """Charge of the lithium in the particles [C]."""
    mean = own.x["mean_stoichiometry"] + own.x["mean_remainder"]
    charge = own.x["material_charge"]
    if physics is Physics.DFN:
        volumes = np.array([own.p["negative_width"].size, own.p["positive_width"].size])
        charge = np.repeat(1.0 / volumes, volumes) * np.repeat(charge, volumes, axis=1)
    return (charge * mean).sum(axis=1)


@pytest.mark.parametrize("physics", MODELS)
def test_at_rest_a_film_grows_as_on_single_particles(cell, physics):
    own, wear = cell(KIND, physics=physics, initial_soc=0.6), aged(KIND)
    for _ in range(4):
        assert own.advance(0.0, 0.25 * DAY) == 0
    hand_over(own, wear, DAY)
    speed = 1.5e-7 * VOLUME / FARADAY_CONSTANT
    speed *= math.exp(-0.5 * (float(own.y["anode_potential"][0]) - 0.4) / THERMAL)
    assert float(wear.y["film_thickness"][0]) - THICKNESS == pytest.approx(speed * DAY, rel=1e-6)


@pytest.mark.parametrize("physics", MODELS)
def test_lithium_charge_and_energy_close_over_losses_shifts_and_films(cell, physics):
    own, wear = cell(KIND, physics=physics, initial_soc=0.5), aged(KIND)
    whole, random = lithium(own, physics), np.random.default_rng(7)
    charge = energy = 0.0
    for n in range(100 if type(own) is Instance else 30):
        own.u["current"] = random.uniform(-4.0, 3.0) if n % 7 else 0.0
        own.u["temperature"] = 290.0 + 10.0 * random.random()
        h = random.choice([0.1, 1.0, 10.0])
        if n % 20 == 10:
            hand_over(own, wear, h)
            own.u["capacity_loss"] += 1e-4 * n
            own.u["resistance_growth"] = 1e-3 * n
        if n % 50 == 25:
            own.u["soc_shift"] += 0.01
        assert own.advance(0.0, h) == 0
        y = own.y
        charge += y["charge"] + y["shifted_charge"] - y["stored_charge"] - y["lost_charge"] - y["aging_charge"]
        energy += y["electrical_energy"] + y["shifted_energy"] - y["stored_energy"] - y["heat"] - y["aging_energy"]
        assert lithium(own, physics) + own.x["lithium_lost"] == pytest.approx(whole, rel=1e-12)
    assert own.x["lithium_lost"][0] > 1e-3 * PARAMETERS.capacity
    assert charge == pytest.approx(0.0, abs=1e-8)
    assert energy == pytest.approx(0.0, abs=1e-5)


def test_the_film_of_porous_electrodes_grows_by_the_mean_of_its_volumes_weights(cell):
    """Near the separator the potential is lowest while charging, and the film grows fastest."""
    own = cell(KIND, physics=Physics.DFN, initial_soc=0.5)
    own.u["current"] = 5.0
    assert own.advance(0.0, 10.0) == 0
    before = float(own.y["reaction_time"][0])
    assert own.advance(0.0, 10.0) == 0
    profile = own.x["anode_profile"]
    assert np.all(np.diff(profile) < 0.0)
    expected = 10.0 * np.mean(np.exp(-0.5 * (profile - 0.4) / THERMAL))
    assert float(own.y["reaction_time"][0]) - before == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("physics", MODELS)
def test_a_film_acts_on_voltage_and_heat(cell, physics):
    bare, filmed = (cell(KIND, film=0.0, physics=physics, initial_soc=0.5) for _ in range(2))
    filmed.u["film_resistance"] = 5e-3
    for own in (bare, filmed):
        own.u["current"] = 2.0
        assert own.advance(0.0, 10.0) == 0
    assert filmed.y["voltage"] - bare.y["voltage"] == pytest.approx(2.0 * 5e-3, rel=0.05)
    assert filmed.y["heat_film"] == pytest.approx(10.0 * 4.0 * 5e-3, rel=0.05)


@pytest.mark.parametrize("physics", MODELS)
def test_a_step_that_empties_an_electrode_is_refused_of_cells_that_age_too(cell, physics):
    own = cell(KIND, physics=physics, initial_soc=0.05)
    own.u["current"][:] = -10.0
    status = next((status for status in (own.advance(60.0 * n, 60.0) for n in range(40)) if status), 0)
    assert status
    assert float(own.y["soc"][0]) > -0.2  # long before the SOC itself is out of its range
    assert "[1]" in own.refusal(status) or "cell 1" in own.refusal(status)
