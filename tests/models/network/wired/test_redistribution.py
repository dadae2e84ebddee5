"""The redistribution current that a closing contactor would let flow, against closing it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.models.network.wired import network
from packfmu.models.network.wired.netlist import Conductor
from tests.models.packs import NODES, started, step

from .netlists import strings_in_parallel

STRINGS, SERIES, LINK = 3, 2, 1e-4
SWITCHED = replace(strings_in_parallel(STRINGS, SERIES), contactors=("link 0", "link 1", "link 2"))


def usual(pack, **inputs):
    for name, value in {"string_open": 0.0, "conductor_parted": 0.0, "cell_short": 0.0, "emf": 3.6, "resistance": 2e-3,
                        "load_mode": 1, "pack_current": 0.0, "balancing_current": 0.0, **inputs}.items():  # fmt: skip
        pack.u[name] = value
    pack.p["contact_resistance"], pack.p["redistribution_limit"] = 1e-4, 30.0
    pack.initialize()
    return pack


@pytest.fixture(scope="module")
def pack():
    """Three strings of two cells, each behind a contactor."""
    return started(network.declare(SWITCHED, NODES))


def test_at_rest_it_is_the_difference_of_the_strings_over_the_sum_of_their_resistances():
    pair = started(network.declare(replace(strings_in_parallel(2, 2), contactors=("link 0", "link 1")), NODES))
    y = step(usual(pair, emf=[3.8, 3.8, 3.7, 3.7]), string_open=[0, 1])
    total = 4 * (2e-3 + 1e-4) + 2 * LINK
    assert y["redistribution_current"] == pytest.approx([0.0, 0.2 / total], rel=1e-11)
    assert y["redistribution_excessive"] == 0.0
    y = step(pair, emf=[3.7, 3.7, 3.8, 3.9])
    assert y["redistribution_current"] == pytest.approx([0.0, -0.3 / total], rel=1e-11)
    assert y["redistribution_excessive"] == 1.0


def test_it_is_told_after_the_initialisation(pack):
    usual(pack, emf=np.repeat([3.8, 3.7, 3.8], 2), string_open=[0, 1, 0])
    assert pack.y["redistribution_current"][1] == pytest.approx(0.2 / (1.5 * (2 * 2.1e-3 + LINK)), rel=1e-11)


values = st.lists(st.floats(3.0, 4.2), min_size=6, max_size=6), st.lists(st.floats(1e-4, 0.1), min_size=6, max_size=6)


@settings(max_examples=40, deadline=None)
@given(*values, st.floats(-200.0, 200.0), st.lists(st.booleans(), min_size=3, max_size=3), st.integers(0, 2))
def test_closing_lets_the_predicted_current_flow(pack, emf, resistance, current, others, closing):
    opened = np.array(others, float)
    opened[closing] = 1.0
    usual(pack, emf=emf, resistance=resistance)
    told = step(pack, pack_current=current, string_open=opened)["redistribution_current"].copy()
    assert not told[opened == 0.0].any()
    if opened.all():
        assert not told.any()  # no way leads back
        return
    opened[closing] = 0.0
    y = step(pack, string_open=opened)
    largest = max(np.abs(y["string_current"]).max(), 1.0)
    assert told[closing] == pytest.approx(y["string_current"][closing], abs=1e-10 * largest)


@pytest.mark.parametrize("turned", [False, True])
def test_it_is_positive_into_the_string_whichever_way_the_conductor_is_named(turned):
    ends = ("high", "0.2") if turned else ("0.2", "high")
    netlist = strings_in_parallel(2, 2)
    conductors = (Conductor("link 0", *ends, LINK), netlist.conductors[1])
    switched = replace(netlist, conductors=conductors, contactors=("link 0", "link 1"))
    y = step(usual(started(network.declare(switched, NODES)), emf=[3.7, 3.7, 3.8, 3.8]), string_open=[1, 0])
    assert y["redistribution_current"][0] == pytest.approx(0.2 / (4 * 2.1e-3 + 2 * LINK), rel=1e-11)


def test_a_string_that_hangs_on_nothing_would_not_carry_a_current(pack):
    """The contactor is at its upper end, and the cell at its lower end has failed open."""
    y = step(usual(pack, emf=[4.0, 4.0, 3.6, 3.6, 3.6, 3.6], cell_open=[1, 0, 0, 0, 0, 0]), string_open=[1, 0, 0])
    pack.u["cell_open"] = 0.0
    assert not y["redistribution_current"].any()


def test_with_inductances_it_is_what_resistances_leave():
    """After many time constants the current of a closed contactor is the predicted one."""
    inductances = tuple(replace(conductor, inductance=1e-7) for conductor in SWITCHED.conductors)
    pack = started(network.declare(replace(SWITCHED, conductors=inductances), NODES))
    usual(pack, emf=np.repeat([3.8, 3.7, 3.75], 2))
    told = step(pack, pack_current=20.0, string_open=[0, 1, 0])["redistribution_current"][1]
    step(pack, string_open=0.0)
    assert pack.y["conductor_current"][1] == pytest.approx(told, rel=1e-9)
