"""Voltages at the communication point: what all rungs of a group agree on, and the cut-offs that cells cross."""

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.network import meter, network

GROUPS = 3


def started(parallel, opposite):
    """A network and the meter of the same busbars, under random ports, and the network's step."""
    rng = np.random.default_rng(7)
    cells = GROUPS * parallel
    source, reader = (
        Instance(made)
        for made in (
            network.declare(GROUPS, parallel, opposite, 2),
            meter.declare(GROUPS, parallel, opposite),
        )
    )
    source.u["emf"], source.u["resistance"] = rng.normal(3.7, 0.05, cells), rng.uniform(1e-3, 3e-3, cells)
    for instance in (source, reader):
        instance.p["contact_resistance"], instance.p["segment_resistance"] = np.linspace(1e-4, 5e-4, cells), 3e-4
    source.initialize()
    source.u["pack_current"] = -80.0
    assert source.advance(0.0, 1.0) == DONE
    reader.u["current"], reader.u["resistance"] = source.y["current"], source.u["resistance"]
    reader.u["voltage"] = source.u["emf"] + source.u["resistance"] * source.y["current"]
    return source, reader


@pytest.mark.parametrize("opposite", [False, True])
@pytest.mark.parametrize("parallel", [1, 2, 5])
def test_voltages_of_one_instant_are_those_of_the_network(parallel, opposite):
    """Where currents and voltages fit each other, every rung offers what the network found."""
    source, reader = started(parallel, opposite)
    reader.initialize()
    for name in ("group_voltage", "pack_voltage", "group_voltage_minimum", "group_voltage_maximum_group"):
        np.testing.assert_allclose(reader.y[name], source.y[name], rtol=1e-14, err_msg=name)


def test_a_cell_that_hardly_conducts_hardly_counts():
    """Two cells; one has contacts of a megaohm, so the group is the other: 3.6 V and 1 mOhm times its current."""
    reader = Instance(meter.declare(1, 2, False))
    reader.p["contact_resistance"], reader.p["segment_resistance"] = [1e-3, 1e6], 0.0
    reader.u["voltage"], reader.u["current"], reader.u["resistance"] = [3.6, 4.1], [-50.0, 0.0], 2e-3
    assert reader.advance(0.0, 1.0) == DONE
    assert reader.y["pack_voltage"] == pytest.approx(3.6 - 50.0 * 1e-3, abs=2e-9)  # 0.5 V times 3 mOhm over 1 MOhm


def test_ideal_cells_without_contacts_have_a_voltage():
    reader = Instance(meter.declare(2, 1, False))
    reader.p["contact_resistance"] = 0.0
    reader.u["voltage"], reader.u["resistance"] = [3.5, 3.6], 0.0
    assert reader.advance(0.0, 1.0) == DONE
    assert reader.y["pack_voltage"] == pytest.approx(7.1, rel=1e-15)


def test_cut_offs_are_of_cells_strictly_beyond_their_limits():
    reader = Instance(meter.declare(2, 1, False))
    reader.p["minimum_cell_voltage"], reader.p["maximum_cell_voltage"] = 2.5, 4.2
    told = []
    for low, high in ((2.5, 4.2), (2.4999, 4.2), (2.5, 4.2001)):
        reader.u["voltage"] = [low, high]
        assert reader.advance(0.0, 1.0) == DONE
        told.append((float(reader.y["undervoltage"]), float(reader.y["overvoltage"])))
    assert told == [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
