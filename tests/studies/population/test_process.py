import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.studies.population.process import Slurry, electrode_factors, porosity, thickness

CATHODE, ANODE = Slurry(0.65, 4200.0, 1030.0), Slurry(0.5, 2200.0, 1000.0)


@pytest.mark.parametrize(("slurry", "exact"), [(CATHODE, 1.963), (ANODE, 1.375)])
def test_the_coating_gains_more_than_its_solids_where_volumes_add(slurry, exact):
    assert slurry.elasticity(slurry.solids) == pytest.approx(exact, abs=5e-4)
    step = 1e-6
    high, low = (float(slurry.loading(slurry.solids * factor, 1.0)) for factor in (1.0 + step, 1.0 - step))
    assert np.log(high / low) / np.log((1.0 + step) / (1.0 - step)) == pytest.approx(exact, abs=5e-4)


def test_the_coating_gains_as_its_solids_where_the_wet_density_is_constant():
    constant = Slurry(0.65, 4200.0, 1030.0, is_mixed=False)
    assert constant.elasticity(0.65) == 1.0
    assert constant.loading(0.66, 1e-4) / constant.loading(0.65, 1e-4) == pytest.approx(0.66 / 0.65, rel=1e-14)
    assert constant.density(0.3) == CATHODE.density(0.65)


def test_wet_density_is_that_of_volumes_that_add():
    assert ANODE.density(0.5) == pytest.approx(2.0 / (1.0 / 2200.0 + 1.0 / 1000.0), rel=1e-14)
    assert ANODE.density(1.0) == pytest.approx(2200.0)


YOUREY = [
    (10.06, 31.7, 0.30, 0.196, 0.386),  # positive electrode: mg/cm2, um, then porosities
    (5.49, 43.0, 0.40, 0.308, 0.480),
]
"""W. Yourey, Batteries 6 (2020) 23: tolerances of 0.4 mg/cm2 and 3 um."""


@pytest.mark.parametrize(("loading", "gap", "nominal", "least", "greatest"), YOUREY)
def test_porosities_of_tolerances_are_the_published_ones(loading, gap, nominal, least, greatest):
    mass, width = 1e-2 * loading, 1e-6 * gap
    density = mass / (width * (1.0 - nominal))
    assert porosity(mass + 4e-3, width - 3e-6, density) == pytest.approx(least, abs=5e-4)
    assert porosity(mass - 4e-3, width + 3e-6, density) == pytest.approx(greatest, abs=5e-4)
    assert thickness(mass, nominal, density) == pytest.approx(width, rel=1e-14)


def test_calendering_leaves_what_the_electrode_holds():
    eps = np.array([0.2, 0.3, 0.4])
    found = electrode_factors(0.3, ANODE, np.full(3, 0.5), np.ones(3), eps, None)
    assert found["thickness_scale"] * found["active_fraction_scale"] == pytest.approx(1.0, rel=1e-15)
    assert found["porosity_scale"] == pytest.approx(eps / 0.3)
    assert found["thickness_scale"] == pytest.approx(0.7 / (1.0 - eps))


def test_the_gap_of_the_rolls_and_the_porosity_tell_the_same():
    solids, coating, gap = np.array([0.51, 0.49]), np.array([1.02, 0.97]), np.array([1.01, 0.98])
    by_gap = electrode_factors(0.3, ANODE, solids, coating, None, gap)
    by_porosity = electrode_factors(0.3, ANODE, solids, coating, 0.3 * by_gap["porosity_scale"], None)
    for name, values in by_gap.items():
        assert by_porosity[name] == pytest.approx(values, rel=1e-14)
    mass = ANODE.loading(solids, coating) / ANODE.loading(0.5, 1.0)
    assert by_gap["thickness_scale"] * by_gap["active_fraction_scale"] == pytest.approx(mass, rel=1e-14)


def test_a_coating_without_pores_is_refused():
    with pytest.raises(InputError, match="porosity = -"):
        electrode_factors(0.3, ANODE, np.array([0.5]), np.array([1.0]), None, np.array([0.6]))
