"""The shipped cells of physics: windows as PyBaMM 26.10.1.1 finds them, and the rest voltage between the limits."""

import numpy as np
import pytest

from packfmu.models.parameters import chen_2020, marquis_2019

WINDOWS = {
    chen_2020: (0.02634579027064577, 0.9106180466524094, 0.2638452245913298, 0.853974674630047),
    marquis_2019: (0.1832225211781177, 0.9493209874894212, 0.5125964131099127, 0.961024694977169),
}
"""By `pybamm.lithium_ion.get_min_max_stoichiometries`: negative, then positive, each the least and the greatest."""

NEGATIVE = (0.24312443460627056, 0.19537693109161006, 0.17519318402833506)
POSITIVE = (4.587642671694197, 4.1860357631780065, 3.9129027475412212)
NEGATIVE_ENTROPY = (-2.194745330640493e-05, -1.84416291071142e-05, -2.10357686635773e-06)
POSITIVE_ENTROPY = (-2.0786590377299206e-05, -3.489166756992731e-05, -2.0744124325094727e-06)

LIMITS = {chen_2020: (2.5, 4.2), marquis_2019: (3.105, 4.1)}


@pytest.mark.parametrize("module", WINDOWS)
def test_windows_are_those_of_pybamm(module):
    found = [limit for m in module.PARAMETERS.materials for limit in (m.minimum_stoichiometry, m.maximum_stoichiometry)]
    assert found == pytest.approx(WINDOWS[module], abs=2e-10)


@pytest.mark.parametrize("module", WINDOWS)
def test_the_rest_voltage_rises_from_limit_to_limit(module):
    kind = module.PARAMETERS
    voltage = kind.open_circuit(np.linspace(0.0, 1.0, 501))
    assert voltage[[0, -1]] == pytest.approx(LIMITS[module], abs=1e-9)
    assert (kind.limits.minimum_voltage, kind.limits.maximum_voltage) == LIMITS[module]
    assert np.all(np.diff(voltage) > 0.0)


def test_functions_of_marquis_2019_are_those_of_pybamm():
    """Values that `pybamm.ParameterValues("Marquis2019")` gives at stoichiometries 0.2, 0.5 and 0.8."""
    x = np.array([0.2, 0.5, 0.8])
    negative, positive = marquis_2019.PARAMETERS.materials
    np.testing.assert_allclose(negative.open_circuit_potential(x), NEGATIVE, atol=1e-7)
    np.testing.assert_allclose(positive.open_circuit_potential(x), POSITIVE, atol=1e-7)
    np.testing.assert_allclose(negative.entropic_coefficient(x), NEGATIVE_ENTROPY, rtol=1e-4)
    np.testing.assert_allclose(positive.entropic_coefficient(x), POSITIVE_ENTROPY, rtol=1e-4)


def test_capacities_lie_between_the_windows():
    assert chen_2020.PARAMETERS.capacity / 3600.0 == pytest.approx(5.1532, abs=1e-4)
    assert marquis_2019.PARAMETERS.capacity / 3600.0 == pytest.approx(0.87284, abs=1e-5)
