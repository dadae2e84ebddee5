"""The table [runaway]: what it gives to the parts, how they are joined, and a pack that runs away by its kernels."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.coupling import kernels
from packfmu.coupling.kernels import kernel_component
from packfmu.coupling.system import System
from packfmu.fmi.registry import load_definition
from packfmu.pack.balances import balances
from packfmu.pack.block import kernel_pack, pack_block
from packfmu.pack.parts import parts
from packfmu.pack.topology import AGING, ELECTRICAL, block_system
from tests.interpreted import InterpretedInstance
from tests.pack.layout.graphs import CYLINDER, pack_of
from tests.pack.layout.heated import hot, trace

TOLD = ("temperature", "internal_short", "onset_time", "venting_time", "bounded_temperature", "cells_in_runaway")
PLATING = {"aging": {"parameters": "chen_2020_aging"}}


def thermal(pack):
    return next(part for part in parts(pack) if part.name == "Thermal")


@pytest.fixture(scope="module")
def away(tmp_path_factory):
    """The components of the pack, stepped by the master, without a compiler."""
    record = {name: f"Thermal.{name}" for name in TOLD} | {"short": "PackNetwork.short_heat_rate"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "Instance", InterpretedInstance)
        system = kernel_pack(parts(hot()))
        summary, told = trace(
            hot(), system, "PackNetwork", record, tmp_path_factory.mktemp("away") / "run.nc", 10, -50.0
        )
    return system, summary, told


def test_all_cells_run_away_and_their_shorts_end(away):
    _, _, told = away
    assert told["cells_in_runaway"].values[-1] == 2
    assert np.all(told["onset_time"].values[-1] < 6.0)
    assert np.all((told["venting_time"].values[-1] > 0.0) & (told["venting_time"].values[-1] < 6.0))
    assert np.all(told["internal_short"].values.max(axis=0) == 5.0)
    assert told["temperature"].values.max() > 600.0
    assert told["bounded_temperature"].values.max() == 500.0


def test_charge_energy_and_heat_close_through_onset_and_venting(away):
    system, summary, _ = away
    rows = {row.name: row for row in balances(system, summary.totals)}
    for name in ("cells, charge", "cells, energy", "network, energy", "thermal, heat", "cells and board, heat"):
        assert abs(rows[name].relative) < 1e-9, name
    assert summary.totals["Thermal.reaction_heat"] > 0.5 * rows["thermal, heat"].left


def test_the_heat_of_a_short_comes_out_of_the_network(away):
    _, summary, told = away
    assert told["short"].values.max() > 50.0
    assert summary.totals["PackNetwork.short_energy"] == pytest.approx(told["short"].values[1:].sum(), rel=1e-9)


@pytest.mark.parametrize(
    ("by", "steps"), [(InterpretedInstance, 3), pytest.param(Instance, 6, marks=pytest.mark.campaign)]
)
def test_the_block_does_as_its_components(by, steps, away, tmp_path, monkeypatch):
    """Through onset and venting, and with all steps through the runaway itself."""
    monkeypatch.setattr(kernels, "Instance", by)
    part = pack_block(hot(), parts(hot()))
    component = kernel_component("Pack", ELECTRICAL, load_definition(part.component, part.arguments, part.start).model)
    record = {name: f"Pack.{name}" for name in ("internal_short", "onset_time", "venting_time", "temperature")}
    _, whole = trace(hot(), System((component,), ()), "Pack", record, tmp_path / "run.nc", steps, -50.0)
    for name in record:
        np.testing.assert_array_equal(whole[name].values, away[2][name].values[: steps + 1])


def test_others_take_the_bounded_temperature_and_the_network_the_shorts():
    system = kernel_pack(parts(hot(bms={})))
    joined = {connection.target: ".".join(connection.source) for connection in system.connections}
    for taker in ("Cell", "Bms", "Balancer"):
        assert joined[taker, "temperature"] == "Thermal.bounded_temperature"
    assert joined["PackNetwork", "cell_short"] == "Thermal.internal_short"
    for name in ("soc", "emf", "resistance"):
        assert joined["Thermal", name] == f"Cell.{name}"


def test_the_bms_takes_the_bounded_temperature_of_surfaces_where_there_are_some(monkeypatch):
    monkeypatch.setattr(kernels, "Instance", InterpretedInstance)
    pack = hot(bms={}, layout={**CYLINDER, "cell_nodes": 2})
    joined = {c.target: ".".join(c.source) for c in kernel_pack(parts(pack)).connections}
    assert joined["Bms", "temperature"] == "Thermal.bounded_surface_temperature"
    assert joined["Balancer", "temperature"] == "Thermal.bounded_temperature"
    part = thermal(pack)
    instance = InterpretedInstance(load_definition(part.component, part.arguments, part.start).model)
    instance.u["emf"], instance.u["resistance"] = 4.0, 1e-3
    instance.initialize()
    instance.u["heat_rate"] = 500.0
    for step in range(2):
        instance.advance(float(step), 1.0)
    surface = instance.y["surface_temperature"]
    assert np.all(surface > 436.0)
    assert np.array_equal(instance.y["bounded_surface_temperature"], np.minimum(surface, 500.0))


def test_dendrites_short_cells_that_may_run_away_and_others_where_asked():
    shorted = kernel_pack(parts(hot(**PLATING, cell={"parameters": "chen_2020"})))
    joined = {connection.target: ".".join(connection.source) for connection in shorted.connections}
    assert joined["Thermal", "dendrite_short"] == "Aging.dendrite_short"
    assert joined["PackNetwork", "cell_short"] == "Thermal.internal_short"
    cool = pack_of(2, 2, aging={**PLATING["aging"], "dendrites": True}, cell={"parameters": "chen_2020"})
    joined = {connection.target: ".".join(connection.source) for connection in kernel_pack(parts(cool)).connections}
    assert joined["PackNetwork", "cell_short"] == "Aging.dendrite_short"
    assert pack_of(2, 2, **PLATING, cell={"parameters": "chen_2020"}).wiring is None
    with pytest.raises(InputError, match="no lithium plates"):
        pack_of(2, 2, aging={"parameters": "nissan_leaf_aging", "dendrites": True})


def test_the_block_takes_the_shorts_of_its_aging():
    pack = hot(**PLATING, cell={"parameters": "chen_2020"})
    made = {part.name: part for part in (pack_block(pack, parts(pack)), *parts(pack))}
    pack_, aging = (
        kernel_component(name, layer, load_definition(p.component, p.arguments, p.start).model)
        for name, layer, p in (("Pack", ELECTRICAL, made["Pack"]), ("Aging", AGING, made["Aging"]))
    )
    targets = {".".join(c.target) for c in block_system(pack_, aging).connections}
    assert "Pack.dendrite_short" in targets


def test_figures_by_default_are_those_of_shape_and_curve():
    pack = pack_of(2, 2, layout=CYLINDER, runaway={})
    start = thermal(pack).start
    assert start["reacting_volume"] == pytest.approx(0.25 * np.pi * 0.021**2 * 0.07)
    kind = pack.cell.load()
    mean = np.mean(kind.open_circuit(np.linspace(0.0, 1.0, 1001)))
    assert start["electrical_energy"] == pytest.approx(np.full(4, kind.capacity * mean))
    assert "separator_temperature" not in start
    told = thermal(pack_of(2, 2, runaway={"reacting_volume": 1e-5, "electrical_energy": 3e4, "onset_rate": 2.0}))
    assert (told.start["reacting_volume"], told.start["electrical_energy"], told.start["onset_rate"]) == (
        1e-5,
        3e4,
        2.0,
    )
    assert told.arguments["shorts"] is True  # such a pack is wired


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "[runaway]: reacting_volume is missing; [layout] has no shape"),
        ({"reacting_volume": 1e-5, "separator_short": 1.0}, "[runaway]: short_energy_share = 0: a short has both"),
        ({"parameters": "hatchard"}, '[runaway] parameters = "hatchard": there are no such reactions; did you mean'),
        ({"reacting_volume": -1.0}, "[runaway]: reacting_volume = -1 m3 is not within"),
    ],
)
def test_a_mistake_is_told_by_table_and_key(table, message):
    with pytest.raises(InputError) as caught:
        pack_of(2, 2, runaway=table)
    assert str(caught.value).startswith(f"pack.toml: {message}")
