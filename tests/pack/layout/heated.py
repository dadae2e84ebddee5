"""Packs whose heat flows along a graph, run by their kernels."""

from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.schedule import make_plan
from packfmu.models.network.loads import LoadMode
from packfmu.pack.balances import integrals
from packfmu.pack.block import periods
from tests.pack.layout.graphs import CYLINDER, PRISM, pack_of

SECOND = 10**9

PACKS = {
    "layout": {"layout": {}},
    "plates and two nodes": {
        "layout": {**PRISM, "cell_nodes": 2, "arrangement": "grid", "columns": 3, "emissivity": 0.8},
        "casing": {},
        "plate": [{"temperature": 290.0, "thickness": 0.004}, {"side": "left", "channels": "parallel"}],
        "bms": {"temperature_sensors": [2, 11]},
        "thermal": {"board_conductance": 2.0},
    },
    "busbars": {
        "busbar": {"losses": "bodies", "segment_resistance": 2e-4, "contact_resistance": 1e-4, "convection": 0.01},
        "cable": {"resistance": 1e-3},
        "layout": PRISM,
    },
    "losses in cells": {"busbar": {"losses": "cells", "segment_resistance": 2e-4}},
}


def heated(name):
    return pack_of(schedule={"control": "2 s", "thermal": "4 s"}, **PACKS[name])


def trace(pack, system, owner, record, output, steps=12, power=-3000.0):
    """Run a pack under power; `owner` is the component that takes it."""
    values = {f"{owner}.load_mode": LoadMode.POWER, f"{owner}.pack_power": power}
    totals = integrals(system) if owner == "PackNetwork" else ()
    summary = run(system, make_plan(system, periods(pack.schedule)),
                  Experiment(steps * SECOND, values, record=record, output=output, totals=totals))  # fmt: skip
    return summary, load(output)


def hot(**tables):
    """Return two cells in an oven, which run away within ten seconds."""
    oven = {"heat_capacity": 12.0, "initial_temperature": 436.0, "ambient_temperature": 470.0}
    reacting = {"reacting_volume": 1.2e-5, "separator_short": 5.0, "short_energy_share": 0.002, "venting_share": 0.1}
    return pack_of(
        2,
        1,
        runaway={**reacting, "venting_temperature": 445.0, "onset_rate": 5.0},
        schedule={"control": "1 s", "thermal": "1 s"},
        **{"thermal": oven, "layout": {**CYLINDER, "gap": 0.001}, **tables},
    )
