"""Cells of physics that age: closed forms of the laws of the film; lithium and energy conserved over all of it."""

import math

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.models.aging.plating import Plating
from packfmu.models.numerics.arrhenius import FARADAY_CONSTANT, GAS_CONSTANT
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.models.cell.physics.films import AREA, LAWS, THICKNESS, VOLUME, aged, aging, cell, hand_over

DAY = 86400.0
THERMAL = GAS_CONSTANT * 298.15 / FARADAY_CONSTANT
CHARGES = ("charge", "stored_charge", "lost_charge", "aging_charge", "shifted_charge")
ENERGIES = ("electrical_energy", "stored_energy", "heat", "aging_energy", "shifted_energy")


def rested(law, days, soc=0.6):
    """Return potential and thickness of the film of a cell that has lain, whose lithium is not taken out of it."""
    kind = aging(law)
    own, wear = cell(kind, initial_soc=soc), aged(kind)
    for _ in range(int(days)):
        own.advance(0.0, DAY)
    hand_over(own, wear, days * DAY)
    return float(own.y["anode_potential"][0]), float(wear.y["film_thickness"][0])


def lithium(own):
    """Charge of the lithium in the particles [C]."""
    return (own.x["material_charge"] * (own.x["mean_stoichiometry"] + own.x["mean_remainder"])).sum(axis=1)


def random_life(own, wear, steps=400):
    """Step with random currents and temperatures; every so often age, and shift the SOC; yield after each step."""
    random = np.random.default_rng(7)
    for n in range(steps):
        own.u["current"] = random.uniform(-4.0, 3.0) if n % 7 else 0.0
        own.u["temperature"] = 290.0 + 10.0 * random.random()
        h = random.choice([0.1, 1.0, 30.0])
        if n % 20 == 10:
            hand_over(own, wear, h)
            own.u["capacity_loss"] += 1e-2 * n / steps
            own.u["resistance_growth"] = 1e-3 * n
        if n % 50 == 25:
            own.u["soc_shift"] += random.uniform(-0.01, 0.01)
        assert own.advance(0.0, h) == 0
        yield


@pytest.mark.parametrize("days", [1, 30])
def test_a_film_that_its_reaction_limits_grows_in_proportion_to_time(days):
    potential, thickness = rested("reaction", days)
    speed = 1.5e-7 * VOLUME / FARADAY_CONSTANT * math.exp(-0.5 * (potential - 0.4) / THERMAL)
    assert thickness - THICKNESS == pytest.approx(speed * days * DAY, rel=1e-9)


@pytest.mark.parametrize("days", [1, 30])
@pytest.mark.parametrize(
    ("law", "at_zero", "transfer"), [("solvent", 2.5e-22 * 2636.0, 0.0), ("interstitial", 1.5e-19, 1.0)]
)
def test_a_film_that_diffusion_limits_grows_with_the_root_of_time(days, law, at_zero, transfer):
    potential, thickness = rested(law, days)
    diffusion = at_zero * VOLUME * math.exp(-transfer * potential / THERMAL)
    assert thickness == pytest.approx(math.sqrt(THICKNESS**2 + 2.0 * diffusion * days * DAY), rel=1e-9)


@pytest.mark.parametrize("law", LAWS)
def test_the_lithium_of_cell_and_film_is_conserved(law):
    kind = aging(law)
    own, wear = cell(kind, cells=3, initial_soc=np.array([0.4, 0.5, 0.6])), aged(kind, 3)
    whole = lithium(own)
    for _ in random_life(own, wear):
        assert lithium(own) + own.x["lithium_lost"] == pytest.approx(whole, rel=1e-12)
        assert own.x["lithium"] + own.x["lithium_lost"] == pytest.approx(whole, rel=1e-12)
    assert own.x["lithium_lost"] == pytest.approx(own.u["capacity_loss"] * own.p["capacity"], rel=1e-9)


def test_the_lithium_that_leaves_is_that_in_the_film():
    kind = aging("reaction")
    own, wear = cell(kind), aged(kind)
    own.u["current"] = -1.0
    for _ in range(20):
        own.advance(0.0, 600.0)
        hand_over(own, wear, 600.0)
    own.advance(0.0, 1.0)
    grown = wear.y["film_thickness"] - THICKNESS
    assert own.x["lithium_lost"] == pytest.approx(grown * AREA / VOLUME * FARADAY_CONSTANT, rel=1e-12)
    assert own.x["film_grown"] == pytest.approx(grown * 2e5 / AREA, rel=1e-12)


def test_charge_and_energy_close_over_losses_shifts_and_films():
    kind = aging("reaction", Plating(exchange_current=0.1))
    own, wear = cell(kind, initial_soc=0.5), aged(kind)
    sums = dict.fromkeys(CHARGES + ENERGIES, 0.0)
    for _ in random_life(own, wear):
        sums = {name: value + own.y[name] for name, value in sums.items()}
    charge, stored, lost, aging_charge, shifted = (sums[name] for name in CHARGES)
    assert charge + shifted == pytest.approx(stored + lost + aging_charge, abs=1e-9)
    electrical, stored, heat, aging_energy, shifted = (sums[name] for name in ENERGIES)
    assert electrical + shifted == pytest.approx(stored + heat + aging_energy, rel=1e-9)
    assert abs(aging_energy) > 1.0
    assert abs(shifted) > 1.0


def test_a_cell_that_has_not_aged_is_the_plain_cell_to_the_last_bit():
    plain = Instance(PARAMETERS.declare(1).with_start({"initial_soc": 0.6}))
    plain.initialize()
    own = cell(aging(), film=0.0, initial_soc=0.6)
    random = np.random.default_rng(3)
    for n in range(200):
        h = random.choice([0.1, 1.0, 30.0])
        for one in (plain, own):
            one.u["current"], one.u["temperature"] = 4.0 * np.sin(n), 290.0 + n // 10
            one.advance(0.0, h)
        for variable in plain.model.outputs:
            assert plain.y[variable.name].tobytes() == own.y[variable.name].tobytes(), variable.name


def test_a_cell_that_starts_aged_has_the_window_of_one_that_has_aged():
    early, late = (cell(aging(), initial_soc=0.6, **start) for start in ({"capacity_loss": 0.1}, {}))
    late.u["capacity_loss"] = 0.1
    for one in (early, late):
        one.advance(0.0, 1.0)
    assert early.x["capacity"] == pytest.approx(late.x["capacity"], rel=1e-12)
    assert early.x["capacity"] < 0.92 * PARAMETERS.capacity
    assert early.x["window_full"] == pytest.approx(late.x["window_full"], rel=1e-12)
    assert late.y["soc"] < early.y["soc"]


def test_a_growth_of_resistance_divides_the_exchange_currents():
    bare, grown = (cell(aging(), film=0.0, initial_soc=0.6, resistance_growth=growth) for growth in (0.0, 1.0))
    for one in (bare, grown):
        one.u["current"] = 0.02
        one.advance(0.0, 10.0)
    assert grown.y["heat_reaction"] == pytest.approx(2.0 * bare.y["heat_reaction"], rel=1e-3)


def test_a_film_acts_on_the_voltage_and_not_on_the_potential_under_it():
    bare, filmed = (cell(aging(), film=0.0, initial_soc=0.6) for _ in range(2))
    filmed.u["film_resistance"] = 5e-3
    for one in (bare, filmed):
        one.u["current"] = 2.0
        one.advance(0.0, 10.0)
    assert filmed.y["voltage"] - bare.y["voltage"] == pytest.approx(2.0 * 5e-3, rel=1e-9)
    assert filmed.y["anode_potential"] == bare.y["anode_potential"]
    assert filmed.y["heat_film"] == pytest.approx(10.0 * 4.0 * 5e-3, rel=1e-9)


def test_a_state_that_is_put_back_ages_again_alike():
    kind = aging("interstitial", Plating(exchange_current=0.1))
    own, wear = cell(kind, cells=3), aged(kind, 3)
    life = random_life(own, wear, 60)
    for _ in range(30):
        next(life)
    saved = own.memory.copy()
    ends = []
    for _ in range(2):
        own.memory[:] = saved
        own.u["capacity_loss"] += 1e-3
        for n in range(20):
            own.u["current"] = 5.0 * math.sin(n)
            own.advance(0.0, 10.0)
        ends.append(own.memory.tobytes())
    assert ends[0] == ends[1]


def test_plating_counts_at_the_potential_of_the_anode_itself():
    """Nothing plates before the anode is below 0 V, and all of what is below 0 V does."""
    own = cell(aging(plating=Plating(exchange_current=0.05, reversible=0.0)), initial_soc=0.8)
    own.u["current"] = 12.0
    lost = 0.0
    for _ in range(200):
        own.advance(0.0, 1.0)
        rate = float(own.y["plating_lost_charge"][0]) - lost
        lost += rate
        below = float(own.x["anode_middle"][0])
        expected = 0.05 * math.expm1(-0.5 * below / THERMAL) if below < 0.0 else 0.0
        assert rate == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert lost > 0.0
