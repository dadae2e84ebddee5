"""The weakest cell of a pack decides: three unequal groups on a charger, and a cell that is open.

Groups of two cells at 50, 70 and 60 % of charge, by the kernels of `Pack.fmu` and its two flavours through FMPy.
"""

import numpy as np
import pytest
from fmpy import simulate_fmu

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.models.network.cell_limit import CLEARANCE
from packfmu.models.network.loads import LoadMode

FULL = 4.2
UNEQUAL = {f"Cell.initial_soc[{k + 1}]": soc for k, soc in enumerate((0.5, 0.5, 0.7, 0.7, 0.6, 0.6))}
CHARGER = {"load_mode": LoadMode.CONSTANT_CURRENT_CELL_VOLTAGE, "pack_current": 60.0, "voltage_limit": 3 * FULL}
ASKED = (
    "pack_current_actual",
    "pack_soc",
    "soc_maximum",
    "voltage_maximum",
    "charge_complete",
    "cell_overcurrent",
    "overvoltage",
)


def charge(model, mode, seconds):
    """Return what the pack tells in each second of a charge until it is complete."""
    soc = np.array(list(UNEQUAL.values()))
    instance = Instance(model.with_start({"Cell.initial_soc": soc}))
    instance.initialize()
    for name, value in (CHARGER | {"load_mode": mode}).items():
        instance.u[name] = value
    rows = []
    while len(rows) < seconds and not (rows and rows[-1][4]):
        assert instance.advance(float(len(rows)), 1.0) == DONE
        rows.append([float(instance.y[name]) for name in ASKED])
    return dict(zip(ASKED, np.transpose(rows), strict=True))


def assert_ended(told, seconds, voltage, soc, pack_soc):
    """To the digits that docs/importing/index.md shows."""
    assert told["charge_complete"].size == seconds
    assert told["charge_complete"][-1] == 1.0
    assert told["voltage_maximum"].max() == pytest.approx(voltage, abs=5e-5)
    assert told["soc_maximum"].max() == pytest.approx(soc, abs=5e-4)
    assert told["pack_soc"].max() == pytest.approx(pack_soc, abs=5e-4)


def test_the_highest_cell_ends_the_charge(model):
    """It is held at the end of each second, `CLEARANCE` below its limit; a kink of its OCV takes 0.13 mV of that."""
    told = charge(model, LoadMode.CONSTANT_CURRENT_CELL_VOLTAGE, 7200)
    assert_ended(told, 2277, FULL - CLEARANCE + 1.3e-4, 0.987, 0.979)
    assert not told["overvoltage"].any()
    held = told["pack_current_actual"][(told["pack_current_actual"] != 60.0) & (told["pack_current_actual"] > 0.0)]
    assert held.size > 60


def test_the_voltage_of_the_pack_overcharges_it(model):
    """What the mode is for: 12.6 V are right for equal groups only."""
    told = charge(model, LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE, 7200)
    assert_ended(told, 3527, 4.2938, 1.108, 1.125)


@pytest.fixture(scope="module", params=Form)
def fmu(request, small_pack, part, tmp_path_factory):
    folder = tmp_path_factory.mktemp("weakest")
    return str(build_parts((part,), folder, small_pack.outputs.detail, request.param, (host_platform(),))["Pack"])


def test_both_flavours_charge_as_the_kernels_do(fmu, model):
    told = charge(model, LoadMode.CONSTANT_CURRENT_CELL_VOLTAGE, 1500)
    result = simulate_fmu(
        fmu, stop_time=1500.0, step_size=1.0, output_interval=1.0, start_values=UNEQUAL | CHARGER, output=ASKED
    )
    assert told["pack_current_actual"][-1] < 60.0  # the highest cell is held
    for name, values in told.items():
        np.testing.assert_array_equal(result[name][1:], values, name)


def test_both_flavours_start_a_complete_charge_again_when_they_are_told_to(fmu):
    """The charge ends at 20 A; ten minutes later the cells have relaxed, and take more than that for a while."""
    told = np.array([(t, 900 <= t <= 901) for t in range(1501)], dtype=[("time", float), ("restart_charge", bool)])
    start = {f"Cell.initial_soc[{k}]": 0.97 for k in range(1, 7)} | CHARGER | {"PackNetwork.taper_current": 20.0}
    result = simulate_fmu(
        fmu, stop_time=1500.0, step_size=1.0, output_interval=1.0, start_values=start, input=told,
        output=("charge_complete", "pack_current_actual"),
    )  # fmt: skip
    complete, current = result["charge_complete"].astype(bool), result["pack_current_actual"]
    first, again = int(np.argmax(complete)), 901  # what follows from the input at 900 s is told at 901 s
    assert 0 < first < 300
    assert complete[first:again].all()
    assert not current[first:again].any()
    second = again + int(np.argmax(complete[again:]))
    assert again + 2 < second < 1400
    assert (current[again:second] > 20.0).all()
    assert complete[second:].all()


def test_both_flavours_tell_the_cell_that_carries_all(fmu):
    """One of a pair is open, so that the other carries what the pack gives; that may be 312.5 A, a cell 156.25 A."""
    told = {}
    for current in (-150.0, -160.0):
        start = {"load_mode": LoadMode.CURRENT, "pack_current": current, "PackNetwork.contact_resistance[3]": 1e6}
        result = simulate_fmu(
            fmu, stop_time=2.0, step_size=1.0, start_values=start,
            output=("cell_overcurrent", "overcurrent", "current_minimum", "current_minimum_cell"),
        )  # fmt: skip
        assert result["current_minimum"][-1] == pytest.approx(current, rel=1e-6)
        assert result["current_minimum_cell"][-1] == 4
        told[current] = (bool(result["cell_overcurrent"][-1]), bool(result["overcurrent"][-1]))
    assert told == {-150.0: (False, False), -160.0: (True, False)}
