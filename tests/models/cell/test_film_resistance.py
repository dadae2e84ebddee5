"""The resistance that a film gains: added to the ohmic one, with an activation energy of its own."""

import math
from dataclasses import replace

import numpy as np
import pytest

from packfmu.models.aging.sei import Sei
from packfmu.models.numerics.arrhenius import GAS_CONSTANT
from tests.models.cells import aging, invented_cell, started

ENERGY, FILM, CURRENT = 50000.0, 2e-3, -20.0
AGING = replace(aging(), sei=Sei(conductivity_activation_energy=ENERGY))


def stepped(temperature, **start):
    cell = started(invented_cell(), aging=AGING, initial_soc=0.7, temperature=temperature, **start)
    cell.u["current"] = CURRENT
    cell.advance(0.0, 10.0)
    return cell


@pytest.mark.parametrize("temperature", [263.15, 298.15, 318.15])
def test_it_adds_to_the_voltage_and_to_the_port_by_arrhenius_of_its_own(temperature):
    bare, filmed = stepped(temperature), stepped(temperature, film_resistance=FILM)
    expected = FILM * math.exp(ENERGY / GAS_CONSTANT * (1.0 / temperature - 1.0 / AGING.reference_temperature))
    assert filmed.y["resistance"] - bare.y["resistance"] == pytest.approx(expected, rel=1e-9)
    assert filmed.y["voltage"] - bare.y["voltage"] == pytest.approx(CURRENT * expected, rel=1e-9)
    assert filmed.y["heat"] - bare.y["heat"] == pytest.approx(10.0 * CURRENT**2 * expected, rel=1e-9)


def test_it_acts_from_the_next_step_on_whether_it_was_there_at_the_start_or_not():
    early, late = stepped(298.15, film_resistance=FILM), stepped(298.15)
    late.u["film_resistance"] = FILM
    for cell in (early, late):
        cell.u["temperature"] = 288.15
        cell.advance(10.0, 10.0)
    assert np.all(early.y["resistance"] == late.y["resistance"])
    assert np.all(early.y["voltage"] == late.y["voltage"])
