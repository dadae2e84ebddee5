"""Packs whose heat flows along a graph, run by their kernels."""

import numpy as np

from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.schedule import make_plan
from packfmu.models.network.loads import LoadMode
from packfmu.pack.balances import integrals
from packfmu.pack.block import periods
from tests.pack.layout.graphs import PRISM, pack_of

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


def trace(pack, system, owner, record, output, steps=12, **inputs):
    """Run a pack under power; `owner` is the component that takes it."""
    values = {f"{owner}.load_mode": LoadMode.POWER, f"{owner}.pack_power": -3000.0}
    values |= {f"{owner}.{key}" if "." not in key else key: np.asarray(value) for key, value in inputs.items()}
    totals = integrals(system) if owner == "PackNetwork" else ()
    summary = run(system, make_plan(system, periods(pack.schedule)),
                  Experiment(steps * SECOND, values, record=record, output=output, totals=totals))  # fmt: skip
    return summary, load(output)
