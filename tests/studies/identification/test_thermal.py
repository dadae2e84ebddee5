"""Heat capacity, convection and dU/dT from temperatures that the models gave."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.studies.identification.fit import fit_cell
from packfmu.studies.identification.simulation import simulate_heating, simulate_held
from packfmu.studies.identification.steps import cut
from packfmu.studies.identification.thermal import fit_thermal

from .simulated import AT_KNOTS, SETTINGS, SOC, TRUTH, hppc, noisy, simulate

ENTROPIC = np.array([-4e-4, 1e-4, 2e-4])
KIND = replace(TRUTH, entropic_coefficient=np.interp(SOC, AT_KNOTS, ENTROPIC), heat_capacity=40.0, convection=0.04)


@pytest.fixture(scope="module")
def warmed():
    """A record of short steps, whose cell warms by its own heat; its temperature is measured to 10 mK."""
    record = replace(simulate(hppc(rest=1800.0, spacing=10.0)), ambient=None)
    air = np.full(len(record.time), 298.15)
    heated = simulate_heating(cut("a", replace(record, ambient=air), 298.15), KIND, 0.99, 298.15)
    last = cut("a", record, 298.15).last
    noise = 0.01 * np.random.default_rng(0).normal(size=len(air))
    return replace(record, voltage=heated.voltage[last], temperature=heated.temperature[last] + noise, ambient=air)


def test_figures_are_those_of_the_models(warmed):
    steps = cut("a", warmed, 298.15)
    irreversible = replace(KIND, entropic_coefficient=np.zeros(SETTINGS.nodes))
    found = fit_thermal([(steps, simulate_held(steps, irreversible, 0.99, steps.temperature))], 3, 60.0)
    assert found.told
    assert found.residual == pytest.approx(0.01, rel=0.1)
    assert found.figures.heat_capacity == pytest.approx(40.0, abs=3.0 * found.deviations.heat_capacity)
    assert found.figures.convection == pytest.approx(0.04, abs=3.0 * found.deviations.convection)
    off = (found.figures.entropic_coefficient - ENTROPIC) / found.deviations.entropic_coefficient
    assert np.abs(off).max() < 3.0
    assert found.deviations.heat_capacity < 1.0


def test_a_fit_finds_heat_beside_voltage(warmed):
    fitted = fit_cell({"warm": noisy(warmed, np.random.default_rng(1))}, SETTINGS)
    for name, true in (("heat capacity", 40.0), ("convection", 0.04)):
        estimate = fitted.estimate(name)
        assert estimate.why == ""
        assert estimate.value == pytest.approx(true, rel=0.05)
    assert fitted.kind.heat_capacity == fitted.estimate("heat capacity").value
    assert fitted.tables[-1].told.all()
    assert np.sqrt(np.mean(fitted.comparisons[0].residuals ** 2)) == pytest.approx(1e-3, rel=0.1)
    assert fitted.tables[-1].values == pytest.approx(ENTROPIC, abs=3e-5)


def test_a_cell_that_does_not_warm_tells_nothing():
    record = replace(simulate(hppc(levels=2)), temperature=None)
    still = 298.15 + 0.1 * np.random.default_rng(2).normal(size=len(record.time))
    fitted = fit_cell({"still": replace(record, temperature=still)}, SETTINGS)
    assert "hardly answers to the heat" in fitted.estimate("heat capacity").why
    assert fitted.kind.heat_capacity == pytest.approx(1000.0 * fitted.kind.mass)
