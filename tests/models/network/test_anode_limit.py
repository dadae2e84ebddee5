"""The load that holds the lowest negative electrode at its limit, with cells of physics behind their ports."""

from dataclasses import replace

import numpy as np
import pytest

from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.network import network
from packfmu.models.network.loads import LoadMode
from packfmu.models.parameters.chen_2020 import PARAMETERS

SERIES, PARALLEL = 2, 2
CAPACITY = PARAMETERS.capacity * np.array([1.0, 0.97, 1.02, 0.99])
SOC = np.array([0.30, 0.31, 0.33, 0.30])
FAST = 3.0 * 5.0 * PARALLEL
"""3C [A]."""


class Charged:
    """A small pack under a load that holds its negative electrodes, stepped as our master does."""

    def __init__(self, h, limit=0.0, current=FAST, kind=PARAMETERS):
        self.h = h
        start = {"capacity": CAPACITY, "initial_soc": SOC, "lookahead": 0.5 * h}
        self.cells = Instance(kind.declare(SERIES * PARALLEL).with_start(start))
        self.net = Instance(network.declare(SERIES, PARALLEL, False, 2, anodes=True))
        self.cells.initialize()
        self.hand_ports()
        self.net.initialize()
        self.net.u["load_mode"], self.net.u["pack_current"] = LoadMode.ANODE_POTENTIAL, current
        self.net.u["anode_potential_limit"] = limit

    def hand_ports(self):
        for name in ("emf", "resistance", "soc", "anode_emf", "anode_resistance"):
            self.net.u[name] = self.cells.y[name]

    def step(self):
        """Step; return the pack current [A] and the least potential at the end [V]."""
        assert self.net.advance(0.0, self.h) == DONE
        self.cells.u["current"] = self.net.y["current"]
        assert self.cells.advance(0.0, self.h) == DONE
        self.hand_ports()
        return float(self.net.y["pack_current_actual"]), float(self.cells.y["anode_potential_minimum"])

    def run(self, time):
        return np.array([self.step() for _ in range(round(time / self.h))])


@pytest.fixture(scope="module")
def held():
    """Return currents and least potentials of a charge at 3C, at the ends of steps of a second."""
    return Charged(1.0).run(900.0)


def test_it_charges_as_asked_until_an_electrode_is_at_its_limit_and_holds_it_there_within_a_millivolt(held):
    jumped = 3  # steps after which the ports know of the current
    current, potential = held[jumped:].T
    first = int(np.argmax(current < FAST))
    assert 10 < first < 600
    assert np.all(current[:first] == FAST)
    assert np.all(held[: jumped + first - 1, 1] > 0.0)
    assert np.all(np.abs(potential[first:]) < 1e-3)
    assert 0.0 < current[-1] < 0.8 * FAST


def test_it_holds_to_the_second_order_of_the_step():
    errors = {h: np.abs(Charged(h).run(800.0)[int(600.0 / h) :, 1]).max() for h in (8.0, 4.0, 2.0)}
    orders = [np.log2(errors[h] / errors[h / 2.0]) for h in (8.0, 4.0)]
    assert orders == pytest.approx([2.0, 2.0], abs=0.3)


def test_another_limit_is_held_too():
    assert Charged(1.0, limit=0.02).run(400.0)[-1, 1] == pytest.approx(0.02, abs=1e-3)


def test_a_discharge_is_as_it_is_asked_for():
    assert np.all(Charged(1.0, current=-5.0).run(20.0)[:, 0] == -5.0)


def test_below_the_limit_nothing_charges():
    assert Charged(1.0, limit=0.5).step()[0] == 0.0


def test_a_pack_whose_cells_do_not_tell_has_no_such_mode():
    with_anodes, plain = (network.declare(1, 1, False, 2, anodes) for anodes in (True, False))
    assert with_anodes.variable("load_mode").max == LoadMode.ANODE_POTENTIAL
    assert plain.variable("load_mode").max == LoadMode.CONSTANT_VOLTAGE
    assert not any("anode" in variable.name for variable in plain.inputs)


def test_the_port_of_the_electrode_is_its_potential_ahead_and_tangent_to_it():
    """Under the last current it is exact; its slope is that of finite differences."""
    pack = Charged(20.0)
    pack.run(100.0)
    saved, emf, resistance = (
        pack.cells.memory.copy(),
        pack.cells.y["anode_emf"].copy(),
        pack.cells.y["anode_resistance"].copy(),
    )
    last, ahead = pack.cells.u["current"].copy(), []
    for change in (0.0, -1e-4, 1e-4):
        pack.cells.memory[:] = saved
        pack.cells.u["current"] = last + change
        pack.cells.advance(0.0, 20.0)
        ahead.append(pack.cells.x["anode_middle"].copy())
    assert ahead[0] == pytest.approx(emf - resistance * last, abs=1e-12)
    assert (ahead[1] - ahead[2]) / 2e-4 == pytest.approx(resistance, rel=1e-6)


@pytest.mark.campaign
def test_electrodes_that_are_resolved_are_held_within_a_millivolt_to_second_order():
    """The lowest potential is that at the separator's face, with the electrolyte's share: 3C is too much at once."""
    kind = replace(PARAMETERS, physics=Physics.DFN)
    held = {h: Charged(h, kind=kind).run(800.0) for h in (4.0, 2.0, 1.0)}
    current, potential = held[1.0][3:].T  # steps after which the ports know of the current
    assert np.all(current < FAST)
    assert 0.3 * FAST < current[-1] < 0.5 * FAST
    assert np.all(np.abs(potential) < 1e-3)
    errors = {h: np.abs(rows[int(600.0 / h) :, 1]).max() for h, rows in held.items()}
    orders = [np.log2(errors[h] / errors[h / 2.0]) for h in (4.0, 2.0)]
    assert orders == pytest.approx([2.0, 2.0], abs=0.2)
