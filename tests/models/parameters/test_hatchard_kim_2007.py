"""The reactions of Hatchard 2001 and Kim 2007: rates at 150 degC by hand, and the heat of an 18650 cell."""

import math

import pytest

from packfmu.core.errors import InputError
from packfmu.models.parameter_sets import parameter_set, parameter_sets
from packfmu.models.parameters.hatchard_kim_2007 import PARAMETERS
from packfmu.models.thermal.runaway.kind import RunawayParameters

CAN = 16.54e-6
"""Volume of the can of an 18650 cell [m3]."""


def test_heats_of_an_18650_cell():
    heats = [r.heat * r.density * CAN * r.remaining for r in PARAMETERS.reactions]
    assert heats == pytest.approx([389.2, 12978.0, 6087.0, 1043.2], rel=1e-3)
    assert sum(heats) == pytest.approx(20.5e3, rel=1e-3)


def test_rate_constants_at_150_degc():
    exponents = [r.activation_energy / (8.31446261815324 * 423.15) for r in PARAMETERS.reactions]
    assert exponents == pytest.approx([38.394, 38.394, 39.679, 77.879], abs=1e-3)
    constants = [r.frequency * math.exp(-e) for r, e in zip(PARAMETERS.reactions, exponents, strict=True)]
    assert constants == pytest.approx([0.03529, 5.293e-4, 3.906e-4, 7.734e-9], rel=1e-3)


def test_the_set_is_found_by_its_name_and_made_again_of_its_figures():
    assert parameter_set("hatchard_kim_2007", RunawayParameters) is PARAMETERS
    assert parameter_sets(RunawayParameters) == ("hatchard_kim_2007",)
    assert RunawayParameters.of_figures(PARAMETERS.figures()) == PARAMETERS
    with pytest.raises(InputError, match="hatchard_kim_2007"):
        parameter_set("nissan_leaf_2013", RunawayParameters)
