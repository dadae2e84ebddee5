"""A small pack of the Leaf's cells through its four FMUs, and through the kernels."""

import tempfile

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.variable import Causality, Detail
from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.schedule import make_plan
from packfmu.models.network.loads import LoadMode
from packfmu.pack.balances import balances, integrals
from packfmu.pack.fmus import fmu_pack
from packfmu.pack.recorded import record
from packfmu.pack.topology import CONTROL, ELECTRICAL, THERMAL, pack_system

SECOND = 10**9
PERIODS = {ELECTRICAL: SECOND, CONTROL: 5 * SECOND, THERMAL: 10 * SECOND}
STEPS = 123
"""Not a multiple of the slower periods: their last steps are shortened."""


def load_of(steps):
    """Return a power that drives and recuperates [W]."""
    return -1500.0 * np.sin(np.arange(steps) / 17.0) - 500.0


def every_output(system):
    """Return a record of every output of every component."""
    return {
        f"{component.name}_{name}".replace(".", "_"): f"{component.name}.{name}"
        for component in system.components
        for name, port in component.ports.items()
        if port.causality is Causality.OUTPUT
    }


def driven(pack, steps=STEPS, **more):
    """Return the pack under power, its plan, and the experiment."""
    system = with_profiles(pack, {"PackNetwork.pack_power": load_of(steps)})
    values = {"PackNetwork.load_mode": LoadMode.POWER, "Thermal.ambient_temperature": 290.0}
    experiment = Experiment(steps * SECOND, values=values, totals=integrals(system), **more)
    return system, make_plan(system, PERIODS), experiment


@pytest.fixture(scope="module")
def traces(fmus, native_fmus, kernel_pack, tmp_path_factory):
    """Return summary and results of the same run, through FMUs of both flavours and through kernels."""
    found = []
    for name, pack in (("python", fmu_pack(fmus)), ("native", fmu_pack(native_fmus)), ("kernels", kernel_pack)):
        output = tmp_path_factory.mktemp("traces") / f"{name}.nc"
        summary = run(*driven(pack, record=every_output(pack), output=output))
        found.append((summary, load(output)))
    return found


def test_interfaces_of_fmus_are_those_of_their_models(fmus, native_fmus, kernel_pack):
    for folder in (fmus, native_fmus):
        for from_fmu, from_model in zip(fmu_pack(folder).components, kernel_pack.components, strict=True):
            read, declared = from_fmu.ports, from_model.ports
            assert from_fmu.name == from_model.name
            assert sorted(read) == sorted(declared)
            for name, port in read.items():
                own = declared[name]
                assert (port.causality, port.data_type, port.unit, port.shape) == (
                    own.causality, own.data_type, own.unit, own.shape,
                )  # fmt: skip
                if port.causality is not Causality.OUTPUT:
                    np.testing.assert_array_equal(port.start, own.start)
                    assert (port.min, port.max) == (own.min, own.max), name


@pytest.mark.parametrize("flavour", [0, 1], ids=["python", "native"])
def test_fmus_and_kernels_give_the_same_bits(traces, flavour):
    (by_fmus, from_fmus), (by_kernels, from_kernels) = traces[flavour], traces[-1]
    assert by_fmus.totals == by_kernels.totals
    assert by_fmus.steps == by_kernels.steps == STEPS
    assert list(from_fmus) == list(from_kernels)
    assert len(from_fmus) > 60
    for name in from_fmus.variables:
        np.testing.assert_array_equal(from_fmus[name], from_kernels[name], err_msg=name)


def test_the_pack_was_worked(traces):
    _, results = traces[0]
    assert results.Thermal_temperature.values.std() > 0.01
    assert np.ptp(results.PackNetwork_current.values, axis=1).max() > 0.5
    assert results.Balancer_active_groups.max() >= 1
    np.testing.assert_array_equal(
        results.PackNetwork_current.sum("cell")[1:] > 0.0, results.PackNetwork_pack_current_actual[1:] > 0.0
    )


def test_start_is_consistent(traces):
    _, results = traces[0]
    start = results.isel(time=0)
    voltage = (start.Cell_emf + start.Cell_resistance * start.PackNetwork_current).values.reshape(3, 2)
    assert np.all(start.PackNetwork_group_voltage >= voltage.min(axis=1) - 1e-12)  # between its cells, to rounding
    assert np.all(start.PackNetwork_group_voltage <= voltage.max(axis=1) + 1e-12)
    assert np.all(start.Thermal_temperature == start.Thermal_temperature[0])


def test_charge_and_energy_balance(traces, kernel_pack):
    summary, _ = traces[0]
    found = {row.name: row.relative for row in balances(kernel_pack, summary.totals)}
    assert len(found) == 9
    # inside a component, and charge and heat across the ports: rounding
    for name in ("cells, charge", "network to cells, charge", "cells and board, heat"):
        assert abs(found[name]) < 1e-12
    for name in ("cells, energy", "network, energy", "balancer, energy", "thermal, heat"):
        assert abs(found[name]) < 1e-9
    # the linearisation of the port and held balancing currents: 3.5e-6 and 7e-4 at these steps
    assert abs(found["network to cells, energy"]) < 1e-5
    assert abs(found["balancer to network, energy"]) < 2e-3


@pytest.mark.parametrize(("ahead", "order"), [(0.5, 2.0), (0.0, 1.0)])
def test_mismatch_of_the_electrical_port_is_of_second_order_at_half_a_step_ahead(ahead, order, kernel_pack):
    system = pack_system(c for c in kernel_pack.components if c.name in ("PackNetwork", "Cell"))
    mismatch = []
    for period in (20, 10, 5):
        values = {"PackNetwork.pack_current": -60.0, "Cell.lookahead": ahead * period}
        plan = make_plan(system, {ELECTRICAL: period * SECOND})
        totals = run(system, plan, Experiment(600 * SECOND, values=values, totals=integrals(system))).totals
        mismatch.append(totals["PackNetwork.cell_energy"] - totals["Cell.electrical_energy"])
    assert np.log2(abs(mismatch[1] / mismatch[2])) == pytest.approx(order, abs=0.2)


def test_run_stops_in_the_step_that_crosses_the_limit(fmus, tmp_path):
    pack = fmu_pack(fmus)
    limit = 3.7
    experiment = Experiment(
        7200 * SECOND,
        values={"PackNetwork.pack_current": -60.0, "PackNetwork.minimum_cell_voltage": limit},
        stop_on=("PackNetwork.undervoltage", "PackNetwork.overvoltage"),
        record=every_output(pack),
        output=tmp_path / "run.nc",
    )
    summary = run(pack, make_plan(pack, PERIODS), experiment)
    results = load(tmp_path / "run.nc")
    assert summary.stopped_by == ("PackNetwork.undervoltage",)
    assert 60 < summary.steps < 7200
    assert summary.end == summary.steps == float(results.time[-1])
    # the voltage of each cell in a step: its port before the step, under the current of the step
    emf, resistance = (results[f"Cell_{name}"].values[:-1] for name in ("emf", "resistance"))
    least = (emf + resistance * results.PackNetwork_current.values[1:]).min(axis=1)
    assert least[-1] < limit
    assert np.all(least[:-1] >= limit)


def test_power_that_the_pack_cannot_give_is_refused_with_its_maximum(fmus, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pack = fmu_pack(fmus)
    system = with_profiles(pack, {"PackNetwork.pack_power": [-1e3] * 12 + [-1e6] * 12})
    experiment = Experiment(
        24 * SECOND,
        values={"PackNetwork.load_mode": LoadMode.POWER},
        record=record(pack, Detail.CELL),
        output=tmp_path / "run.nc",
    )
    with pytest.raises(InputError) as error:
        run(system, make_plan(system, PERIODS), experiment)
    message = str(error.value)
    assert message.startswith("PackNetwork does not step from t = 12 s by 1 s: fmi2DoStep returned discard: ")
    assert "pack_power = -1000000 W has no current" in message
    assert "maximum_discharge_power = " in message
    assert "\n" not in message
    assert [path.name for path in tmp_path.iterdir()] == ["run.nc"]  # and nothing that was extracted
    kept = load(tmp_path / "run.nc")
    assert (kept.sizes["time"], kept.attrs["complete"]) == (13, 0)
    assert kept.attrs["reason"] == message


def test_nothing_extracted_remains_after_a_run(fmus, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    system, plan, experiment = driven(fmu_pack(fmus), steps=3)
    run(system, plan, experiment)
    assert list(tmp_path.iterdir()) == []


def test_lookahead_of_the_cells_is_half_the_electrical_period(kernel_pack, tmp_path):
    emf = {}
    for lookahead in (None, 0.5, 0.0):
        values = {"PackNetwork.pack_current": -60.0}
        values |= {} if lookahead is None else {"Cell.lookahead": lookahead}
        experiment = Experiment(SECOND, values=values, record={"emf": "Cell.emf"}, output=tmp_path / "run.nc")
        run(kernel_pack, make_plan(kernel_pack, PERIODS), experiment)
        emf[lookahead] = load(tmp_path / "run.nc").emf.values[-1]
    np.testing.assert_array_equal(emf[None], emf[0.5])
    assert np.all(emf[None] != emf[0.0])
