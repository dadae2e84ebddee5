"""Step doubling: the order of its estimate, what it accepts and records, and what it saves."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE
from packfmu.core.variable import DataType
from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import ErrorControl, Experiment
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.operations import connect
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.pack import block as pack_block
from packfmu.pack.balances import integrals
from packfmu.pack.file import Pack
from packfmu.pack.fmus import fmu_pack
from packfmu.pack.parts import parts
from packfmu.pack.topology import AGING, CONTROL, ELECTRICAL, THERMAL, pack_system
from tests.cosim.runs import SECOND, logged
from tests.coupling import toys

NOMINAL = {"soc": 1.0, "voltage": 3.7, "temperature": 300.0}
RECORD = {"soc": "Cell.soc", "voltage": "Cell.voltage", "temperature": "Thermal.temperature"}

DRIVE, REST, CHARGE = 320, 5120, 2560
"""A short day [s]: a load that is another in each second, none, and a steady one."""


@pytest.fixture(scope="module")
def four_cells():
    return pack_block.kernel_pack(parts(Pack.model_validate({
        "pack": {"series": 2, "parallel": 2},
        "cell": {"parameters": "nissan_leaf_2013"},
        "variation": {"seed": 7, "capacity_cv": 0.02, "resistance_cv": 0.1, "soc_spread": 0.02},
        "busbar": {"segment_resistance": 5e-5, "contact_resistance": 1e-4},
    })))  # fmt: skip


def current():
    """Return the current of each second [A]."""
    drive = np.random.default_rng(1).normal(-35.0, 45.0, DRIVE)
    return np.concatenate([drive, np.zeros(REST), np.full(CHARGE, 9.0)])


def day(pack, step, tmp_path, control=None):
    """Run the day with electrical steps of `step` [s]; return summary and results.

    Balancing is off: the instants at which it sets in would be compared, to no end.
    """
    load_of_steps = np.repeat(current(), round(1 / step)) if step < 1 else current().reshape(-1, step).mean(axis=1)
    system = with_profiles(pack, {"PackNetwork.pack_current": load_of_steps})
    base = round(step * SECOND)
    plan = make_plan(system, {ELECTRICAL: base, CONTROL: base, THERMAL: 10 * base})
    experiment = Experiment(
        len(current()) * SECOND,
        values={"Thermal.ambient_temperature": 290.0, "Balancer.enable": 0},
        record=RECORD,
        output=tmp_path / "day.nc",
        error_control=control,
    )
    return run(system, plan, experiment), load(experiment.output)


def greatest(results, reference):
    """Return the greatest error over the day where the layers of all runs have stepped, over nominal values."""
    instants = np.arange(0, len(current()) + 1, 320)
    errors = [
        np.abs(results[name].sel(time=instants) - reference[name].sel(time=instants)).max() / nominal
        for name, nominal in NOMINAL.items()
    ]
    return float(max(errors))


def test_a_day_takes_a_third_of_the_fixed_steps_work_at_equal_error(four_cells, tmp_path):
    _, reference = day(four_cells, 0.125, tmp_path)
    works, errors = [], []
    for step in (1, 2):
        summary, results = day(four_cells, step, tmp_path)
        works.append(summary.work)
        errors.append(greatest(results, reference))
    summary, results = day(four_cells, 1, tmp_path, ErrorControl(1e-5, maximum=32))
    error = greatest(results, reference)
    assert errors[0] <= error < errors[1]
    equal = np.exp(np.interp(np.log(error), np.log(errors), np.log(works)))  # work of fixed steps of that error
    assert summary.work < equal / 3.0
    lengths = set(np.diff(results.time.values).tolist())
    assert lengths >= {1.0, 2.0, 4.0, 8.0, 16.0}


@pytest.fixture(scope="module")
def pair(four_cells):
    """Cells and network alone, which exchange with second order; cells in parallel that differ even out."""
    return pack_system(four_cells.components[:2])


def estimate(pair, pace, base=SECOND // 16):
    """Return the error that a single block at a pace is told to have, and the SOC at its end."""
    control = ErrorControl(1.0, minimum=pace, maximum=pace)
    experiment = Experiment(2 * pace * base, values={"PackNetwork.pack_current": -30.0}, error_control=control)
    summary = run(pair, make_plan(pair, {ELECTRICAL: base}), experiment)
    return summary.error_control.errors[ELECTRICAL]


def test_the_estimate_grows_with_the_third_power_of_the_pace(pair):
    errors = [estimate(pair, pace) for pace in (2, 4, 8)]
    assert np.log2(errors[1] / errors[0]) == pytest.approx(3.0, abs=0.2)
    assert np.log2(errors[2] / errors[1]) == pytest.approx(3.0, abs=0.2)


def test_the_estimate_is_the_error(pair, tmp_path):
    """Of a block of 2 s steps, against steps a 32nd as long."""
    ends = []
    for base, control in ((SECOND // 16, None), (2 * SECOND, None)):
        experiment = Experiment(
            4 * SECOND,
            values={"PackNetwork.pack_current": -30.0},
            record={"soc": "Cell.soc"},
            output=tmp_path / "run.nc",
            error_control=control,
        )
        run(pair, make_plan(pair, {ELECTRICAL: base}), experiment)
        ends.append(load(experiment.output).soc.values[-1])
    error = np.abs(ends[1] - ends[0]).max()
    assert estimate(pair, 32) == pytest.approx(error, rel=0.3)  # higher orders


def rising(*more):
    """Return a source whose levels any step meets exactly, so that steps grow as they may, and whom it feeds."""
    parts_ = (toys.component("Fast", ELECTRICAL, toys.source()), *more)
    return System(parts_, tuple(connect("Fast.flow", f"{part.name}.flow") for part in more))


def controlled(system, control, duration, tmp_path, aging=SECOND, **experiment):
    """Run with a base period of 1 s; return the summary and the times that were recorded."""
    plan = make_plan(system, {ELECTRICAL: SECOND, THERMAL: SECOND, AGING: aging})
    output = tmp_path / "run.nc"
    given = Experiment(
        duration * SECOND, record={"level": "Fast.level"}, output=output, error_control=control, **experiment
    )
    return run(system, plan, given), load(output).time.values.tolist()


def test_blocks_begin_at_multiples_of_their_length(tmp_path):
    summary, times = controlled(rising(), ErrorControl(1e-6, maximum=4), 27, tmp_path)
    # blocks of 2 s, 2 s, 4 s, 8 s and 8 s; no block of 4 s, but one of 2 s, and the second that is left
    assert times == [0, 1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 25, 26, 27]
    report = summary.error_control
    assert (report.accepted, report.rejected, report.at_minimum, report.unchecked) == (6, 0, 0, 1)
    assert (summary.steps, summary.end, summary.work) == (27, 27.0, 13 + 6)


def test_forecasts_are_not_compared(tmp_path):
    """Levels that the coarse solution misses, unless a forecast is all that they are."""
    model = replace(toys.source(), advance=jagged_step)
    tried = []
    for forecast in (False, True):
        outputs = tuple(replace(v, forecast=forecast) if v.name == "level" else v for v in model.outputs)
        parts_ = (kernel_component("Fast", ELECTRICAL, replace(model, fields=replace(model.fields, outputs=outputs))),)
        summary, _ = controlled(System(parts_, ()), ErrorControl(1e-6), 16, tmp_path)
        tried.append(summary.error_control.at_minimum)
    assert tried == [8, 0]


@kernel
def jagged_step(x, p, u, y, c, t, h):
    for k in range(y.level.shape[0]):
        y.level[k] = h
    return DONE


def test_blocks_end_where_the_jumping_layer_steps(tmp_path):
    log = []
    system = logged(rising(toys.component("Aging", AGING, toys.sink())), log)
    summary, times = controlled(
        system, ErrorControl(1e-6), 23, tmp_path, aging=5 * SECOND, totals=("Fast.amount", "Aging.amount")
    )
    assert set(times) > {5.0, 10.0, 15.0, 20.0, 23.0}
    assert [(t, h) for name, t, h in log if name == "Aging"] == [(0, 5), (5, 5), (10, 5), (15, 5), (20, 3)]
    assert list(summary.totals.values()) == pytest.approx([0.15 * 23**2] * 2, rel=1e-14)  # rounding of some additions
    assert summary.work == len(log)


def test_a_flag_ends_the_run_at_the_step_at_which_it_ends_without_control(tmp_path):
    system = rising(toys.component("Filled", ELECTRICAL, toys.sink()))
    more = {"values": {"Filled.brim": 100.0}, "stop_on": ("Filled.full",)}
    fixed, _ = controlled(system, None, 64, tmp_path, **more)
    summary, times = controlled(system, ErrorControl(1e-6), 64, tmp_path, **more)
    assert (summary.steps, summary.stopped_by) == (fixed.steps, fixed.stopped_by) == (26, ("Filled.full",))
    assert times[-1] == 26.0
    assert summary.error_control.rejected > 0


@pytest.mark.parametrize(("longest", "unknown"), [(2.0, 0), (1.0, 8)])
def test_steps_that_a_component_refuses_are_not_taken(longest, unknown, tmp_path):
    """What the estimate needs, steps of twice the length, is refused too."""
    system = rising(kernel_component("Narrow", ELECTRICAL, replace(toys.sink(), advance=narrow_step)))
    summary, times = controlled(system, ErrorControl(1e-6), 16, tmp_path, values={"Narrow.limit": longest})
    assert set(np.diff(times)) == {1.0}
    assert (summary.error_control.accepted, summary.error_control.at_minimum) == (8, unknown)
    with pytest.raises(InputError, match=r"Narrow does not step from t = 0 s by 1 s: total is above limit = 0\.5 J"):
        controlled(system, ErrorControl(1e-6), 16, tmp_path, values={"Narrow.limit": 0.5})


@kernel
def narrow_step(x, p, u, y, c, t, h):
    return 1 if h > p.limit else DONE


def test_the_minimum_pace_gives_the_bits_of_the_plan(four_cells, tmp_path):
    """A hopeless tolerance: every block is run twice, rolled back once, and taken at the minimum."""
    system = with_profiles(four_cells, {"PackNetwork.pack_current": current()[:80]})
    plan = make_plan(system, {ELECTRICAL: SECOND, CONTROL: 4 * SECOND, THERMAL: 8 * SECOND})
    totals = integrals(system)
    results, summaries = [], []
    for control in (None, ErrorControl(1e-300)):
        experiment = Experiment(
            80 * SECOND, record=RECORD, output=tmp_path / "run.nc", totals=totals, error_control=control
        )
        summaries.append(run(system, plan, experiment))
        results.append(load(experiment.output))
    assert results[0].identical(results[1])
    assert summaries[0].totals == summaries[1].totals
    report = summaries[1].error_control
    assert (report.accepted, report.at_minimum, report.rejected) == (5, 5, 0)
    assert summaries[1].work == 1.5 * summaries[0].work


def test_no_pace_that_mixes_timescales_is_taken(four_cells, tmp_path):
    plan = make_plan(four_cells, dict.fromkeys((ELECTRICAL, CONTROL, THERMAL), SECOND))
    experiment = Experiment(1024 * SECOND, record={"soc": "Cell.soc"}, output=tmp_path / "run.nc")
    summary = run(four_cells, plan, replace(experiment, error_control=ErrorControl(1.0, maximum=1024)))
    assert np.diff(load(experiment.output).time).max() == 32.0
    capped = summary.error_control.capped
    assert len(capped) == 1
    assert capped[0].startswith("pace 64 was not taken: ")
    assert "sees Thermal held, but the fastest time constant of Thermal is" in capped[0]
    with pytest.raises(InputError, match=r"the plan mixes timescales: .* steps every 64 s and sees Thermal held"):
        run(four_cells, plan, replace(experiment, error_control=ErrorControl(1.0, minimum=64)))


def test_nominal_values_come_from_models_and_from_fmus_alike(kernel_pack, fmus):
    for component in fmu_pack(fmus).components:
        for name, port in kernel_pack.component(component.name).ports.items():
            if port.data_type is DataType.REAL:
                assert component.ports[name].nominal == port.nominal
    assert kernel_pack.port(("Thermal", "temperature")).nominal == 300.0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"tolerance": 0.0}, "tolerance = 0.0 must be positive and finite"),
        ({"tolerance": float("nan")}, "tolerance = nan must be positive and finite"),
        ({"tolerance": 1e-3, "maximum": 12}, "maximum = 12 must be a power of two"),
        ({"tolerance": 1e-3, "minimum": 0}, "minimum = 0 must be a power of two"),
        ({"tolerance": 1e-3, "minimum": 8, "maximum": 4}, "minimum = 8 is above maximum = 4"),
    ],
)
def test_what_is_no_error_control_is_refused(given, message):
    with pytest.raises(InputError, match=f"error control: {message}"):
        ErrorControl(**given)
