"""Heats of conductors and contacts: closed forms, and the busbar loss that they sum to in every regime."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.core.model import DONE
from packfmu.fmus import pack_network
from packfmu.models.network.wired import network
from packfmu.models.network.wired.netlist import CellPlace, Conductor, GroupPlace, Netlist
from tests.interpreted import InterpretedInstance

from .netlists import strings_in_parallel

EMF, RESISTANCE, CABLE, CONTACT = 400.0, 0.09, 0.01, 2e-3
TOLD = "conductor_heat_rate", "contact_heat_rate"
USUAL = {"emf": EMF, "resistance": RESISTANCE, "load_mode": 1, "pack_current": 0.0, "pack_power": 0.0, "soc": 0.5,
         "cell_open": 0.0, "cell_short": 0.0, "conductor_parted": 0.0, "external_short": 0.0, "balancing_current": 0.0,
         "balancing_pack_current": 0.0}  # fmt: skip


def strings(inductance=0.0, fuse=()):
    """Three strings of one strong cell, each behind a cable, and the cable of the pack."""
    cells = tuple(CellPlace(f"{s}", "low", f"pole {s}", s) for s in range(3))
    cables = [Conductor(f"cable {s}", f"pole {s}", "bus", CABLE, inductance, *fuse) for s in range(3)]
    cables.append(Conductor("pack", "bus", "high", 1e-3, inductance))
    groups = tuple(GroupPlace(f"{s}", "low", f"pole {s}", s) for s in range(3))
    return Netlist("low", "high", cells, tuple(cables), groups)


WIRED = {
    "resistive": (strings(), {}),
    "linked": (strings(), {"linked": True}),
    "anodes": (strings(), {"anodes": True}),
    "linked with anodes": (strings(), {"linked": True, "anodes": True}),
    "fuses": (strings(0.0, (1e4, 300.0, 600.0)), {}),
    "inductances": (strings(1e-5, (1e4, 300.0, 600.0)), {}),
}


@pytest.fixture(scope="module")
def packs():
    """Instances that are compiled when they are asked for."""
    made = {}

    def of(name):
        if name not in made:
            netlist, how = WIRED[name]
            made[name] = Instance(network.declare(netlist, 2, heats=True, **how))
        return made[name]

    return of


def begin(pack, **inputs):
    """Start at rest, under these inputs."""
    pack.p["contact_resistance"] = CONTACT
    for name, value in (USUAL | inputs).items():
        pack.u[name] = value
    pack.initialize()
    return pack


def heats(pack):
    return sum(float(pack.y[name].sum()) for name in TOLD)


def test_three_cells_in_parallel_heat_cables_and_contacts_by_the_square_of_their_currents():
    """90 A in three like strings: 30 A in each cable, 90 A in that of the pack."""
    pack = begin(InterpretedInstance(network.declare(strings(), 2, heats=True)), pack_current=90.0)
    assert heats(pack) == 0.0
    assert pack.advance(0.0, 7.0) == DONE
    assert pack.y["conductor_heat_rate"] == pytest.approx([9.0, 9.0, 9.0, 8.1], rel=1e-12)
    assert pack.y["contact_heat_rate"] == pytest.approx([1.8] * 3, rel=1e-12)
    assert pack.y["busbar_loss"] == pytest.approx(7.0 * 40.5, rel=1e-12)


def test_a_capacitor_that_is_charged_heats_cables_and_contacts_by_their_shares_of_the_resistance(packs):
    """Into an empty 1 mF, 400 V leave 80 J in all resistances, and each has its share, whatever the mean current."""
    pack = packs("linked")
    pack.p["link_capacitance"], pack.p["initial_link_voltage"], pack.p["contactor_resistance"] = 1e-3, 0.0, 1e-3
    begin(pack, contactor_open=1.0, precharge_closed=0.0)
    pack.u["contactor_open"] = 0.0
    assert pack.advance(0.0, 1.0) == DONE
    around = (RESISTANCE + CONTACT + CABLE) / 3.0 + 1e-3 + 1e-3
    expected = 80.0 / around * np.array([CABLE / 9.0] * 3 + [1e-3])
    assert pack.y["conductor_heat_rate"] == pytest.approx(expected, rel=1e-9)
    assert pack.y["contact_heat_rate"] == pytest.approx(80.0 / around * CONTACT / 9.0, rel=1e-9)
    begin(pack, contactor_open=0.0)
    assert heats(pack) == 0.0


def test_a_cable_with_an_inductance_takes_the_integral_of_its_square(packs):
    """A load that jumps to 90 A at 0 s forces it at once: the cables share it by their inductances, which are alike."""
    pack = begin(packs("inductances"), pack_current=90.0)
    assert pack.advance(0.0, 1e-3) == DONE
    assert pack.y["conductor_heat_rate"] == pytest.approx([9.0, 9.0, 9.0, 8.1], rel=1e-6)


steps = st.fixed_dictionaries(
    {
        "cell_open": st.lists(st.sampled_from([0.0, 0.0, 0.0, 1.0]), min_size=3, max_size=3),
        "cell_short": st.lists(st.sampled_from([0.0, 0.0, 1.0, 1e3]), min_size=3, max_size=3),
        "conductor_parted": st.lists(st.sampled_from([0.0, 0.0, 0.0, 1.0]), min_size=4, max_size=4),
        "external_short": st.sampled_from([0.0, 0.0, 1.0, 1e3]),
        "pack_current": st.sampled_from([0.0, 500.0, -500.0, -5e3]),
        "load_mode": st.sampled_from([1, 1, 3, 4, 6]),
        "balancing_current": st.sampled_from([0.0, 0.5, -0.5]),
    }
)


@pytest.mark.parametrize("name", WIRED)
@settings(max_examples=25, deadline=None)
@given(course=st.lists(st.tuples(st.floats(-6.0, 1.0), steps), min_size=1, max_size=5))
def test_the_heats_are_the_busbar_loss_under_any_fault(packs, name, course):
    pack, time = begin(packs(name)), 0.0
    for power, inputs in course:
        h = 10.0**power
        for each, value in inputs.items():
            pack.u[each] = value
        if any(inputs["cell_open"]):  # no current is forced through an open cell
            pack.u["balancing_current"] = 0.0
        assert pack.advance(time, h) == DONE
        assert heats(pack) * h == pytest.approx(float(pack.y["busbar_loss"]), rel=1e-12, abs=1e-18)
        assert min(float(pack.y[each].min()) for each in TOLD) >= 0.0
        time += h


@pytest.mark.parametrize("name", ["linked", "inductances"])
def test_what_else_is_told_keeps_its_bits(packs, name):
    netlist, how = WIRED[name]
    with_heats, without = packs(name), Instance(network.declare(netlist, 2, **how))
    assert [v.name for v in without.model.outputs if v.name in TOLD and v.count] == []
    for variable in without.model.parameters:
        with_heats.p[variable.name] = without.p[variable.name]
    for pack in (with_heats, without):
        begin(pack, cell_short=[100.0, 0.0, 0.0], pack_current=-50.0)
        assert pack.advance(0.0, 1e-3) == DONE
    for variable in without.model.outputs:
        if variable.name not in TOLD:
            assert np.array_equal(with_heats.y[variable.name], without.y[variable.name]), variable.name


def test_heats_are_asked_of_a_network_with_a_netlist():
    figures = strings_in_parallel(2, 2).figures()
    told = pack_network.define(4, 1, False, 2, netlist=figures, heats=True).model
    assert {v.name: v.count for v in told.outputs if v.name in TOLD} == {TOLD[0]: 2, TOLD[1]: 4}
    with pytest.raises(InputError, match="heats: conductors tell their heats in a pack that is wired"):
        pack_network.define(4, 1, False, 2, heats=True)
