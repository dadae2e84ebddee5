"""Fits to records of a cell that is known: intervals, what cannot be told and why, and what is refused.

What a fit finds is put together by `studies.identification.found` and `studies.identification.assembly`.
"""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.records.record import CellRecord
from packfmu.studies.identification.fit import fit_cell

from .simulated import (
    CAPACITY,
    PAIR,
    SETTINGS,
    TRUTH,
    hppc,
    noisy,
    simulate,
)

TRUE = {"capacity": CAPACITY, "SOC at the start of warm": 0.99, "time constant of pair 1": 40.0}
TRUE_TABLES = {
    "open-circuit voltage": TRUTH.open_circuit_voltage[1:-1],  # the ends are the limits of voltage, without an interval
    "R0": TRUTH.ohmic_resistance[::5],
    "R1": PAIR,
}


@pytest.fixture(scope="module")
def clean():
    return simulate(hppc())


def hits(record, seed, draws):
    """Count the draws of noise in which each interval holds the true value."""
    generator = np.random.default_rng(seed)
    result = []
    for _ in range(draws):
        fitted = fit_cell({"warm": noisy(record, generator)}, SETTINGS)
        estimates = [fitted.estimate(name) for name in TRUE]
        within = [abs(one.value - true) <= one.half_width for one, true in zip(estimates, TRUE.values(), strict=True)]
        for table in fitted.tables:
            if table.name in TRUE_TABLES:
                inner = slice(1, -1) if table.unit == "V" else slice(None)
                within += list(np.abs(table.values[inner] - TRUE_TABLES[table.name]) <= table.half_widths[inner])
        result.append(within)
    return np.sum(result, axis=0)


def test_intervals_hold_the_true_values(clean):
    found = hits(clean, 1, 6)
    # 18 unknowns in 6 draws are some 30 independent ones: 95 % of them, within three deviations of the binomial
    assert 0.85 <= found.mean() / 6 <= 1.0
    assert found.min() >= 3


@pytest.mark.campaign
def test_intervals_hold_the_true_values_in_89_to_99_of_100(clean):
    found = hits(clean, 0, 100)
    assert found.min() >= 89
    assert found.max() <= 99


@pytest.mark.campaign
def test_intervals_hold_the_true_values_in_95_of_100(clean):
    found = hits(clean, 2, 1000)
    assert found.min() >= 930
    assert found.max() <= 970


@pytest.fixture(scope="module")
def told(clean):
    return fit_cell({"warm": noisy(clean, np.random.default_rng(3))}, SETTINGS)


def test_one_temperature_tells_no_activation_energy(told):
    for name in ("activation energy of R0", "activation energy of pair 1"):
        assert "between 25.0 and 25.0 degC only" in told.estimate(name).why
        assert told.estimate(name).value == pytest.approx(30e3, abs=1.0)  # what is expected of any cell
    assert not told.tables[-1].told.any()
    assert np.array_equal(told.kind.entropic_coefficient, np.zeros(SETTINGS.nodes))
    assert "no record has the temperature of both cell and air" in told.estimate("heat capacity").why
    report = told.report()
    for text in ("What the records cannot tell", "activation energy of R0: under current", "dU/dT at SOC 0.00 to 1.00"):
        assert text in report


def test_two_temperatures_tell_activation_energies(clean):
    generator = np.random.default_rng(4)
    cold = simulate(hppc(), temperature=283.15)
    fitted = fit_cell({"warm": noisy(clean, generator), "cold": noisy(cold, generator)}, SETTINGS)
    for name, true in (("activation energy of R0", 25e3), ("activation energy of pair 1", 35e3)):
        estimate = fitted.estimate(name)
        assert estimate.why == ""
        assert estimate.half_width < 3e3
        assert estimate.value == pytest.approx(true, abs=1.5 * estimate.half_width)
    assert fitted.tables[-1].told.any()
    assert fitted.report().count("RMSE 1.0") + fitted.report().count("RMSE 0.9") == 2  # mV, the noise


def test_without_a_turn_of_the_current_there_is_no_telling_hysteresis():
    time, current = hppc(charged=False)
    record = noisy(simulate((time, np.minimum(current, 0.0))), np.random.default_rng(5))
    fitted = fit_cell({"discharge": record}, SETTINGS)
    assert fitted.estimate("bound of hysteresis").why.startswith("0 % of the SOC range was passed both")
    assert fitted.kind.hysteresis_bound == 0.0


def test_hysteresis_is_found():
    kind = replace(TRUTH, hysteresis_bound=0.012)
    record = noisy(simulate(hppc(), kind), np.random.default_rng(6))
    estimate = fit_cell({"hppc": record}, SETTINGS).estimate("bound of hysteresis")
    assert estimate.why == ""
    assert estimate.value == pytest.approx(0.012, abs=1.5 * estimate.half_width)
    assert estimate.half_width < 2e-3


def test_half_a_record_tells_its_range_and_no_capacity(clean):
    half = slice(0, int(np.searchsorted(clean.time, 0.25 * clean.time[-1])))
    record = CellRecord(clean.time[half], clean.current[half], clean.voltage[half], ambient=clean.ambient[half])
    noisy_record = noisy(record, np.random.default_rng(7))
    fitted = fit_cell({"half": noisy_record}, SETTINGS)
    assert "state the capacity" in fitted.estimate("capacity").why
    assert not fitted.tables[0].told[0]
    assert np.all(np.diff(fitted.kind.open_circuit_voltage) > 0.0)
    given = fit_cell({"half": noisy_record}, replace(SETTINGS, capacity=CAPACITY, initial_soc=0.99))
    assert given.estimate("capacity").why == ""
    assert (given.kind.capacity, given.comparisons[0].soc[0]) == (pytest.approx(CAPACITY), pytest.approx(0.99))
    voltage = given.tables[0]
    reached = voltage.soc > given.comparisons[0].soc.min()
    assert voltage.values[reached] == pytest.approx(TRUTH.open_circuit_voltage[reached], abs=3e-3)


def test_a_record_without_rests_tells_no_slow_pair():
    time = np.arange(0.0, 7000.0, 10.0)
    current = np.where(time < 6400.0, -1.25 - 0.5 * (time % 200.0 < 100.0), -1.0)
    record = noisy(simulate((time, current)), np.random.default_rng(8), noise=3e-3)
    fitted = fit_cell({"drive": record}, replace(SETTINGS, pairs=2))
    why = fitted.estimate("time constant of pair 2").why
    assert "the longest rest lasts 0 s" in why or "ended at a bound" in why
    assert "time constant of pair 2" in fitted.report()


def test_a_record_that_is_held_out_is_predicted(clean):
    records = {"fitted": clean, "other": noisy(simulate(hppc(levels=4), start=0.9), np.random.default_rng(9))}
    fitted = fit_cell(records, replace(SETTINGS, held_out=frozenset(["other"])))
    other = fitted.comparisons[1]
    assert other.held_out
    assert other.soc[0] == pytest.approx(0.9, abs=1e-3)
    assert np.sqrt(np.mean(other.residuals**2)) == pytest.approx(1e-3, rel=0.1)


def test_what_cannot_be_fitted_is_refused(clean):
    flat = CellRecord(clean.time, np.zeros(len(clean.time)), clean.voltage)
    with pytest.raises(InputError, match="flat: no change of the current moves the voltage"):
        fit_cell({"flat": flat}, SETTINGS)
    with pytest.raises(InputError, match="all are held out"):
        fit_cell({"a": clean}, replace(SETTINGS, held_out=frozenset(["a"])))
    with pytest.raises(InputError, match="other: held out, but not among the records a"):
        fit_cell({"a": clean}, replace(SETTINGS, held_out=frozenset(["other"])))
