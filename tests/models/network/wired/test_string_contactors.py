"""Contactors of strings: what flows into each string, what a string that is cut off leaves, charge and energy."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.core.model import DONE
from packfmu.models.network.wired import network
from packfmu.models.network.wired.netlist import Conductor
from packfmu.models.network.wired.system import wire
from tests.models.packs import NODES, started, step

from .netlists import strings_in_parallel

STRINGS, SERIES = 3, 2
TABLE = np.linspace(3.0, 4.2, NODES)
NETLIST = strings_in_parallel(STRINGS, SERIES)
SWITCHED = replace(NETLIST, contactors=tuple(f"link {s}" for s in range(STRINGS)))


@pytest.fixture(scope="module")
def pack():
    """Three strings of two cells, each behind a contactor."""
    return started(network.declare(SWITCHED, NODES))


def rest(pack, **inputs):
    """Start at rest, all strings closed."""
    usual = {"string_open": 0.0, "conductor_parted": 0.0, "cell_open": 0.0, "cell_short": 0.0, "emf": 3.6,
             "resistance": 2e-3, "soc": 0.5, "capacity_loss": 0.0, "load_mode": 1, "pack_current": 0.0,
             "balancing_current": 0.0, "balancing_pack_current": 0.0}  # fmt: skip
    for name, value in (usual | inputs).items():
        pack.u[name] = value
    pack.p["contact_resistance"], pack.p["capacity"], pack.p["open_circuit_voltage"] = 1e-4, 1e4, TABLE
    pack.p["conductor_resistance"], pack.p["minimum_cell_voltage"] = 1e-4, 2.5
    pack.p["maximum_cell_voltage"] = 4.3
    pack.initialize()
    return pack


def test_an_open_contactor_cuts_off_its_string(pack):
    y = step(rest(pack), pack_current=-40.0, string_open=[0, 1, 0])
    assert y["string_current"] == pytest.approx([-20.0, 0.0, -20.0], abs=1e-12)
    assert y["stranded_charge"] == pytest.approx(2 * 0.5e4, rel=1e-12)
    assert y["usable_capacity"] == pytest.approx(2e4, rel=1e-12)
    assert step(pack, string_open=0.0)["string_current"] == pytest.approx(-40.0 / 3.0, rel=1e-12)


def test_a_contactor_opens_as_a_parted_conductor_does(pack):
    parted = step(rest(pack), pack_current=-40.0, conductor_parted=[0, 1, 0])["current"].copy()
    opened = step(pack, conductor_parted=0.0, string_open=[0, 1, 0])["current"]
    assert np.array_equal(parted, opened)


def test_the_current_into_a_string_is_that_without_balancing(pack):
    balancing = [0.3, 0.0, -0.2, 0.1, 0.0, 0.0]
    y = step(rest(pack, emf=np.linspace(3.5, 3.7, 6)), pack_current=25.0, balancing_current=balancing)
    assert y["string_current"] == pytest.approx(y["conductor_current"], rel=1e-11)
    assert y["string_current"].sum() == pytest.approx(25.0, rel=1e-12)


def test_a_short_feeds_on_its_string(pack):
    y = step(rest(pack), cell_short=[50.0, 0, 0, 0, 0, 0])
    assert y["string_current"] == pytest.approx(y["conductor_current"], rel=1e-11)
    assert y["string_current"][0] > 0.0


@pytest.mark.parametrize(
    ("contactors", "message"),
    [
        (("link 0",), "1 contactors for 3 strings"),
        (("link 0", "link 1", "cable"), "contactor cable of string 3: no conductor with a resistance above 0"),
        (("link 0", "link 1", "bar"), "contactor bar of string 3: no conductor with a resistance above 0"),
        (("link 0", "link 1", "link 0"), "contactor link 0: it opens two strings"),
    ],
)
def test_contactors_that_do_not_fit_are_refused(contactors, message):
    bar = Conductor("bar", "low", "base", 0.0, 1e-6)
    with pytest.raises(InputError, match=message):
        wire(replace(SWITCHED, conductors=(*SWITCHED.conductors, bar), contactors=contactors))


def test_without_contactors_no_string_opens():
    (opened,) = (v for v in network.declare(NETLIST, NODES).inputs if v.name == "string_open")
    assert opened.max == 0.0


conductances = st.lists(st.floats(0.0, 6.0).map(lambda e: 1e-7 * 10.0**e), min_size=6, max_size=6)


@settings(max_examples=40, deadline=None)
@given(conductances, st.lists(st.floats(2.5, 4.3), min_size=6, max_size=6), st.floats(-300.0, 300.0))
def test_the_laws_of_kirchhoff_hold(pack, resistance, emf, current):
    rest(pack, emf=emf, resistance=resistance)
    pack.p["conductor_resistance"] = link = 1e-4 * np.array([1.0, 30.0, 900.0])
    pack.p["contact_resistance"] = 1e-5
    pack.initialize()
    y = step(pack, pack_current=current)
    cells = y["current"].reshape(STRINGS, SERIES)
    residual = 1e-12 * np.abs(cells).max()
    assert np.abs(cells[:, 0] - cells[:, 1]).max() <= residual
    assert np.abs(cells[:, 1] - y["conductor_current"]).max() <= residual
    assert abs(cells[:, 0].sum() - current) <= residual
    whole = np.array(emf).reshape(cells.shape) + (np.array(resistance).reshape(cells.shape) + 1e-5) * cells
    around = whole.sum(axis=1) + link * y["conductor_current"]
    assert np.ptp(around) <= 1e-12 * np.abs(whole).sum(axis=1).max()


switches = st.fixed_dictionaries(
    {
        "string_open": st.lists(st.sampled_from([0.0, 1.0]), min_size=3, max_size=3),
        "conductor_parted": st.lists(st.sampled_from([0.0, 0.0, 1.0]), min_size=3, max_size=3),
        "pack_current": st.floats(-200.0, 200.0),
        "load_mode": st.sampled_from([1, 3, 4, 5, 6]),
    }
)


def ledger(y):
    came = y["pack_energy"] + y["balancing_energy"]
    return came - y["cell_energy"] - y["busbar_loss"] - y["short_energy"]


@settings(max_examples=40, deadline=None)
@given(st.lists(switches, min_size=1, max_size=4), st.lists(st.floats(3.2, 4.1), min_size=6, max_size=6))
def test_switching_closes_the_books_and_rolls_back_to_the_bit(pack, steps, emf):
    rest(pack, emf=emf)
    for inputs in steps:
        for name, value in inputs.items():
            pack.u[name] = value
        before = pack.memory.copy()
        assert pack.advance(0.0, 1.0) == DONE
        after, y = pack.memory.copy(), pack.y
        assert ledger(y) == pytest.approx(0.0, abs=1e-9 * (abs(y["cell_energy"]) + y["busbar_loss"] + 1.0))
        assert y["string_current"].sum() == pytest.approx(y["pack_charge"], abs=1e-9)
        closed = (pack.u["string_open"] < 0.5) & (pack.u["conductor_parted"] < 0.5)
        assert y["string_current"][~closed] == pytest.approx(0.0, abs=1e-10)
        pack.memory[:] = before
        assert pack.advance(0.0, 1.0) == DONE
        assert pack.memory.tobytes() == after.tobytes()
