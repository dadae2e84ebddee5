"""The report and the picture of a fit, of figures that are put in by hand, and the reasons of `verdicts`."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from packfmu.studies.identification import verdicts
from packfmu.studies.identification.figure import draw_fit, draw_table
from packfmu.studies.identification.fitted import Comparison, Estimate, FittedCell, TableEstimate
from packfmu.studies.identification.report import display
from packfmu.studies.identification.steps import cut

from .simulated import SETTINGS, TRUTH, hppc, simulate

WHAT = verdicts.Passed((298.15, 298.15), 120.0, (0.2, 0.9), 0.0)


@pytest.fixture
def fitted():
    soc = np.linspace(0.0, 1.0, 11)
    voltage = TableEstimate(
        "open-circuit voltage", "V", TRUTH.open_circuit_voltage, np.full(11, 0.002), (soc > 0.15) & (soc < 0.95), "why"
    )
    resistance = TableEstimate("R0", "Ohm", np.full(3, 0.02), np.full(3, 0.001), np.ones(3, np.bool_))
    time = np.arange(0.0, 100.0)
    compared = Comparison("a.csv", time, np.full(100, 3.7), np.full(100, 3.702), time, time, True)
    estimates = (
        Estimate("capacity", "C", 9000.0, 36.0),
        Estimate("activation energy of R0", "J/mol", 30e3, 39e3, "one temperature"),
    )
    return FittedCell(TRUTH, SETTINGS, estimates, (voltage, resistance), (compared,), 3.0, ("mass",))


def test_report_tells_figures_reasons_and_records(fitted):
    lines = fitted.report().splitlines()
    assert any(line.split() == ["capacity", "2.500", "+-", "0.010", "A.h"] for line in lines)
    assert any(
        line.split() == ["activation", "energy", "of", "R0", "30.0", "+-", "39.0", "kJ/mol", "?"] for line in lines
    )
    assert "  activation energy of R0: one temperature" in lines
    assert "  open-circuit voltage at SOC 0.00 to 0.10, 1.00: why" in lines
    (record,) = (line for line in lines if "a.csv" in line)
    assert "RMSE 2.00 mV, greatest 2.00 mV (held out: not fitted)" in record
    assert "3 rows of the fitted records tell as much as an independent one" in lines[-1]
    assert "the error of this structure is not in them" in lines[-1]
    assert display(1e-3, "V/K") == ("1.000", "mV/K")


def test_picture_is_written(fitted, tmp_path):
    draw_fit(fitted, tmp_path / "fit.png")
    assert (tmp_path / "fit.png").read_bytes().startswith(b"\x89PNG")
    assert len(list(tmp_path.iterdir())) == 1


def test_bands_of_resistances_end_at_0():
    axes = Figure().add_subplot()
    draw_table(axes, TableEstimate("R0", "Ohm", np.full(3, 0.01), np.full(3, 0.03), np.ones(3, np.bool_)))
    (band,) = axes.collections
    assert band.get_datalim(axes.transData).y0 == 0.0
    assert axes.get_ylim()[0] > -5.0  # mOhm, where the band reaches 40


def test_reasons_tell_what_the_records_passed_through():
    assert "longest rest lasts 120 s" in verdicts.why_time_constant(400.0, 1, 2, 0.9, WHAT)
    assert "ended at a bound of the search, 60 to 3600 s" in verdicts.why_time_constant(3590.0, 1, 2, 0.1, WHAT)
    assert verdicts.why_time_constant(400.0, 1, 2, 0.1, WHAT) == ""
    assert "between 25.0 and 25.0 degC only" in verdicts.why_energy(1.0, WHAT)
    assert "reach from 20.0 to 90.0 % SOC" in verdicts.why_capacity(0.001, WHAT)
    assert verdicts.why_capacity(0.001, verdicts.Passed((290.0, 300.0), 1.0, (0.01, 0.99), 1.0)) == ""
    assert verdicts.why_hysteresis(0.1, 0.01, 0.001, verdicts.Passed((290.0, 300.0), 1.0, (0.0, 1.0), 1.0)) == ""
    assert verdicts.why_hysteresis(0.1, 0.01, 0.001, WHAT).startswith("0 % of the SOC range was passed both")


def test_what_was_passed_through_is_looked_up():
    steps = cut("a", simulate(hppc(levels=2, rest=900.0)), 298.15)
    reached = 0.99 + np.concatenate([[0.0], np.cumsum(steps.duration * steps.applied)]) / TRUTH.capacity
    what = verdicts.passed([steps], [reached])
    assert what.longest_rest == pytest.approx(900.0)
    assert what.soc[1] == 0.99
    assert what.both_ways > 0.9
