"""Cells that may run away with a network of one resistance each: what it delivers to a short comes a step later."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.parameters.hatchard_kim_2007 import PARAMETERS
from packfmu.models.thermal.graph.nodes import AMBIENT, Channel, Circuit, Contact, Node, Path, Radiation, ThermalGraph
from packfmu.models.thermal.runaway import network
from tests.models.thermal.runaway.ovens import AREA, CAN, CAPACITY, CONVECTION, EMISSIVITY

EMF, RESISTANCE, CHARGE = 4.0, 0.03, 2.6 * 3600.0

GIVEN = {"reacting_volume": CAN, "electrical_energy": EMF * CHARGE, "emf": EMF, "resistance": RESISTANCE}

SHORTED = replace(
    PARAMETERS, separator_short=10.0, short_energy_share=0.6, venting_share=0.1, venting_heat=300.0,
    venting_temperature=420.0,
)  # fmt: skip


def row(cells, between=0.02):
    """Return a row of cells in air that conduct heat to their neighbours, and a board."""
    names = [f"cell {k}" for k in range(1, cells + 1)]
    pairs = pairwise(names)
    return ThermalGraph(
        nodes=(*(Node(name, CAPACITY) for name in names), Node("board", 200.0)),
        cells=tuple(names),
        surfaces=tuple(names),
        board="board",
        paths=(
            *(Path(name, AMBIENT, CONVECTION * AREA) for name in names),
            *(Path(first, second, between) for first, second in pairs),
            Path("board", AMBIENT, 1.0),
        ),
        radiations=tuple(Radiation(name, AMBIENT, EMISSIVITY * AREA) for name in names),
    )


def cored(cells, between=0.2):
    """Return cells of a core and a surface each; the surfaces are in a row, and coolant passes them."""
    cores, skins = ([f"{what} {k}" for k in range(1, cells + 1)] for what in ("core", "surface"))
    return ThermalGraph(
        nodes=(*(Node(name, 30.0) for name in cores), *(Node(name, 7.35) for name in skins), Node("board", 200.0)),
        cells=tuple(cores),
        surfaces=tuple(skins),
        board="board",
        paths=(
            *(Path(core, skin, 0.5) for core, skin in zip(cores, skins, strict=True)),
            *(Path(skin, AMBIENT, CONVECTION * AREA) for skin in skins),
            *(Path(first, second, between) for first, second in pairwise(skins)),
        ),
        circuits=(Circuit("plate", 0.5, (Channel(1.0, tuple(Contact(skin, 0.002) for skin in skins)),)),),
    )


def begun(model):
    """Return an instance at its start."""
    instance = Instance(model)
    instance.initialize()
    return instance


def started(cells=1, kind=SHORTED, between=0.02, **start):
    """Return such cells at their start."""
    return begun(network.declare(row(cells, between), kind).with_start(GIVEN | start))


def tell(instance, soc):
    """Tell the cells the heat of their shorts in the last step, and their SOC, and return the next SOC's rate [1/s]."""
    conductance = instance.y["internal_short"].copy()
    emf = np.where(soc > 0.0, EMF, 0.0)
    current = emf * conductance / (1.0 + RESISTANCE * conductance)
    instance.u["soc"], instance.u["emf"] = soc, emf
    instance.u["short_heat_rate"] = (emf - RESISTANCE * current) ** 2 * conductance
    return -current / CHARGE


def ledger(y):
    """Return what a step's heats miss to close by [J], and the heat turned over."""
    given = y["generated_heat"], y["reaction_heat"], y["advanced_heat"]
    taken = y["stored_heat"], y["ambient_heat"], y["coolant_heat"], y["vented_heat"]
    return sum(given) - sum(taken), sum(map(abs, given + taken))


def run(instance, step, seconds, every=None):
    """Step with that network; call ``every(instance)`` after each step. Return the SOC of the cells."""
    soc = np.ones(len(instance.u["soc"]))
    for n in range(round(seconds / step)):
        rate = tell(instance, soc)
        assert instance.advance(n * step, step) == DONE
        soc = np.maximum(soc + rate * step, 0.0)
        if every is not None:
            every(instance)
    return soc
