"""The identified Leaf cell against its measured tests, and the identification against the models that it serves."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from identification import electrical
from identification.basis import BLOCKS, Axis, Dynamics, columns, count_charge
from identification.campaign import identify
from identification.figures import NODES, RESISTANCE_KNOTS, Figures, cell_parameters
from identification.intervals import BIN, WINDOW, covariance, long_run_covariance
from identification.parameter_file import module_text
from identification.report import docstring_lines
from identification.thermal_fit import fit_thermal
from leaf_records import UNRECORDED, Thermocouples, read_discharges, read_hppc
from leaf_simulation import rested_soc, simulate_heating, simulate_held
from validate_cell import draw, table, validate

from packfmu.models.parameters.nissan_leaf_2013 import PARAMETERS

FILE = Path(__file__).parents[2] / "models" / "parameters" / "nissan_leaf_2013.py"
AXIS = Axis(PARAMETERS.capacity, 0.985)


@pytest.fixture(scope="module")
def comparisons():
    return validate(PARAMETERS)


@pytest.fixture(scope="module")
def hppc():
    return read_hppc(25)


@pytest.fixture(scope="module")
def figures():
    """The figures that the parameter file holds, taken out of its tables."""
    knots = slice(None, None, NODES // RESISTANCE_KNOTS + 1)
    return Figures(
        capacity=PARAMETERS.capacity,
        open_circuit_voltage=PARAMETERS.open_circuit_voltage,
        entropic_coefficient=PARAMETERS.entropic_coefficient[::20],
        ohmic_resistance=PARAMETERS.ohmic_resistance[knots],
        polarisation_resistance=PARAMETERS.polarisation_resistance[:, knots],
        time_constant=PARAMETERS.polarisation_resistance[:, 0] * PARAMETERS.polarisation_capacitance[:, 0],
        ohmic_activation_energy=PARAMETERS.ohmic_activation_energy,
        polarisation_activation_energy=PARAMETERS.polarisation_activation_energy,
        heat_capacity=PARAMETERS.heat_capacity,
        convection=PARAMETERS.convection,
    ).rounded()


def dynamics_of(figures):
    return Dynamics(0.0, figures.ohmic_activation_energy, figures.time_constant, figures.polarisation_activation_energy)


def unknowns_of(figures):
    return np.concatenate([
        figures.open_circuit_voltage,
        figures.ohmic_resistance,
        figures.polarisation_resistance.ravel(),
        figures.entropic_coefficient,
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("test", "part", "target"),
    [
        ("HPPC 25 °C", "from the rest after the full charge", 2.0),
        ("HPPC 10 °C", "from the rest after the full charge", 4.0),
        ("HPPC 10 °C", "whole record", 4.0),
        ("1C discharges", "95 to 20 % SOC", 15.0),
        ("1C discharges", "95 to 10 % SOC", 35.0),
        ("1C test", "temperature", 0.1),
    ],
)
def test_measured_against_simulated(comparisons, test, part, target):
    windows = [window for comparison in comparisons for window in comparison.windows]
    (window,) = (window for window in windows if (window.test, window.part) == (test, part))
    assert window.target == target
    assert window.rms <= target
    assert len(window.residuals) > 100  # the window is not empty, nor a corner of the test


def test_table_and_figures_tell_every_test(comparisons, tmp_path):
    assert len(table(comparisons).splitlines()) == 2 + 7
    for comparison in comparisons:
        draw(comparison, tmp_path / f"{comparison.record.name}.png")
    assert len(list(tmp_path.iterdir())) == 3


def test_tables_are_physical():
    assert np.all(np.diff(PARAMETERS.open_circuit_voltage) > 0.0)
    assert PARAMETERS.open_circuit_voltage[[0, -1]] == pytest.approx([3.0, 4.2], abs=1e-3)  # as SOC is defined
    for name in ("ohmic_resistance", "polarisation_resistance", "polarisation_capacitance"):
        assert np.all(getattr(PARAMETERS, name) > 0.0)
    constants = PARAMETERS.polarisation_resistance * PARAMETERS.polarisation_capacitance
    assert constants == pytest.approx(np.broadcast_to(constants[:, :1], constants.shape), rel=1e-12)


def test_parameter_file_is_that_of_the_present_code(figures):
    written = module_text(figures, "").split("# fmt: off")[1]
    assert FILE.read_text(encoding="utf-8").split("# fmt: off")[1] == written
    kind = cell_parameters(figures)
    for field in fields(kind):
        assert np.array_equal(getattr(kind, field.name), getattr(PARAMETERS, field.name)), field.name


def test_records_lose_no_time_and_charge_at_constant_current(hppc):
    recorded = hppc.time[-1] - hppc.time[0] + 1.0
    assert hppc.duration.sum() == pytest.approx(recorded + UNRECORDED, rel=1e-12)
    assert hppc.ends[hppc.last_steps] == pytest.approx(hppc.time, abs=1e-6)
    discharging = hppc.phase == "DCHG9"
    assert np.array_equal(hppc.applied[hppc.last_steps][discharging], hppc.current[discharging])
    assert hppc.voltage[hppc.full] == pytest.approx(4.2, abs=2e-3)  # the cycler holds it so well


def test_unrecorded_charge_closes_the_balance(hppc):
    # it begins where a discharge at 10 A to 3.000 V ended, and ends with one
    assert (hppc.current[-1], hppc.voltage[-1]) == (-10.0, 3.0)
    stored = count_charge(hppc, hppc.ambient, PARAMETERS.capacity)
    assert stored[-1] == pytest.approx(stored[0], abs=10.0)  # UNRECORDED is rounded to 1 s of 10 A


@pytest.mark.parametrize("constant", [True, False])
def test_columns_agree_with_the_cell(hppc, figures, constant):
    if constant:
        flat = np.mean(figures.polarisation_resistance, axis=1, keepdims=True)
        figures = replace(figures, polarisation_resistance=np.tile(flat, RESISTANCE_KNOTS))
    temperature = 290.0 + 10.0 * np.sin(np.linspace(0.0, 9.0, len(hppc.duration)))
    by_columns = columns(hppc, temperature, dynamics_of(figures), AXIS, 36.0) @ unknowns_of(figures)
    begin = AXIS.full + (count_charge(hppc, temperature, AXIS.capacity)[0] + 36.0) / AXIS.capacity
    by_cell = simulate_held(hppc, cell_parameters(figures), begin, temperature).voltage[hppc.last_steps]
    # between nodes both R and C of the Cell are linear, and R C exceeds the time constant by up to (d ln R)^2 / 4, 1e-3
    # at the lowest SOC: at most 1e-3 / e of a pair's 0.1 V
    assert by_cell == pytest.approx(by_columns, abs=1e-9 if constant else 4e-5)


def test_thermal_fit_finds_what_the_models_were_given():
    record, measured = read_discharges()
    kind = replace(PARAMETERS, open_circuit_voltage=PARAMETERS.open_circuit_voltage - 2e-3)
    start = float(measured.cell[0])
    soc = rested_soc(record, lambda begin: simulate_heating(record, kind, begin, start))
    warm = simulate_heating(record, kind, soc, start)
    synthetic = Thermocouples(measured.time, np.interp(measured.time, record.ends, warm.temperature), measured.ambient)
    before = np.concatenate([[start], warm.temperature[:-1]])
    irreversible = replace(kind, entropic_coefficient=np.zeros(NODES))
    found, width = fit_thermal(record, synthetic, before, simulate_held(record, irreversible, soc, before))
    # the weak prior on the bends of dU/dT moves the rest by less than a tenth of the intervals on the measured record
    assert found.heat_capacity == pytest.approx(kind.heat_capacity, abs=3.0)
    assert found.convection == pytest.approx(kind.convection, abs=0.004)
    assert found.entropic_coefficient == pytest.approx(kind.entropic_coefficient[::20], abs=2e-5)
    assert width.heat_capacity < 10.0


def test_bounded_tables_are_those_of_least_squares_where_no_bound_is_met():
    generator = np.random.default_rng(0)
    truth = np.concatenate([np.linspace(3.0, 4.2, BLOCKS[0]), np.full(sum(BLOCKS[1:]), 1e-3)])
    matrix = generator.normal(size=(2 * len(truth), len(truth)))
    problem = electrical.Problem(matrix, matrix @ truth, ())
    assert electrical.solve(problem) == pytest.approx(truth, abs=1e-9)
    assert electrical.solve_bounded(problem) == pytest.approx(truth, abs=1e-9)


def test_bounded_tables_keep_their_bounds():
    truth = np.concatenate([np.linspace(4.2, 3.0, BLOCKS[0]), np.full(sum(BLOCKS[1:]), -1e-3)])
    tables = electrical.solve_bounded(electrical.Problem(np.eye(len(truth)), truth, ()))
    rises = np.diff(tables[:NODES]) * (NODES - 1)
    assert rises.min() >= electrical.LEAST_SLOPE * (1.0 - 1e-9)
    assert tables[NODES : -BLOCKS[-1]].min() == electrical.LEAST_RESISTANCE
    assert tables[-BLOCKS[-1] :] == pytest.approx(truth[-BLOCKS[-1] :], rel=1e-6)


def test_covariance_without_correlation_is_that_of_textbooks():
    generator = np.random.default_rng(1)
    jacobian = generator.normal(size=(20000, 2)) @ np.array([[1.0, 0.5], [0.0, 2.0]])
    residuals = 0.1 * generator.normal(size=len(jacobian))
    time = (WINDOW + BIN) * np.arange(len(jacobian))
    normal = jacobian.T @ jacobian
    found = covariance(normal, [(jacobian * residuals[:, np.newaxis], time)])
    assert found == pytest.approx(0.01 * np.linalg.inv(normal), rel=0.1)  # 20000 samples: a few percent


def test_covariance_of_correlated_scores_is_larger():
    time = np.arange(0.0, 100.0 * WINDOW, BIN)
    scores = np.repeat(np.random.default_rng(2).normal(size=(100, 1)), int(WINDOW / BIN), axis=0)
    alone = float((scores**2).sum())
    lags = WINDOW / BIN
    # blocks of one window, weights of Bartlett over it: 2/3 of the window's samples count in full
    assert long_run_covariance(scores, time).item() == pytest.approx(2.0 / 3.0 * lags * alone, rel=0.15)


@pytest.mark.campaign
def test_identification_writes_the_committed_file():
    identified = identify(lambda: None)
    assert module_text(identified.figures, docstring_lines(identified)) == FILE.read_text(encoding="utf-8")
