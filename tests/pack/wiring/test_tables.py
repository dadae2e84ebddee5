"""The tables of a pack file that tell how it is wired: what they make, and what does not fit."""

import numpy as np
import pytest

from packfmu.core.bounds import LARGE
from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.fmi.registry import load_definition
from packfmu.models.network.wired.netlist import CellPlace, GroupPlace, Netlist
from packfmu.models.network.wired.system import wire
from packfmu.pack.file import parse_pack
from packfmu.pack.parts import parts
from packfmu.pack.tables import Arrangement
from packfmu.pack.wiring.netlist import check_levels
from packfmu.pack.wiring.tables import Faults

CELL = {"parameters": "nissan_leaf_2013"}
STRINGS = {"pack": {"series": 4, "parallel": 2, "strings": 2, "modules": 2}, "cell": CELL}
NETLIST = {
    "negative": 0,
    "positive": "top",
    "cells": [[0, 1], [0, 1], [1, 2], [1, 2], [0, "a"], [0, "a"], ["a", 2], ["a", 2]],
    "conductors": [{"name": "main", "between": [2, "top"], "resistance": 1e-3}],
    "groups": [{"between": [lower, upper], "string": s} for lower, upper, s in
               ((0, 1, 1), (1, 2, 1), (0, "a", 2), ("a", 2, 2))],
}  # fmt: skip
WIRED = {"pack": {"series": 2, "parallel": 2, "strings": 2}, "cell": CELL, "netlist": NETLIST}
CABLE = {"string_resistance": 1e-3, "resistance": 2e-3}
FUSE = {"melting_integral": 5e4, "minimum_melting_current": 300.0, "arc_voltage": 40.0}


def network_of(**tables):
    """Return the network of a pack, initialised."""
    part = next(p for p in parts(parse_pack({**STRINGS, **tables}, "pack.toml")) if p.name == "PackNetwork")
    instance = Instance(load_definition(part.component, part.arguments, part.start).model)
    instance.initialize()
    return instance


def test_a_netlist_in_the_file_is_that_of_the_pack():
    pack = parse_pack(WIRED, "pack.toml")
    netlist = pack.wiring
    assert [cell.group for cell in netlist.cells] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert [tap.string for tap in netlist.taps] == [0, 0, 1, 1]
    assert netlist.conductors[0].first == "2"


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        ({**WIRED, "netlist": {**NETLIST, "cells": NETLIST["cells"][1:]}}, "cells has 7 rows; the pack has 8 cells"),
        ({**WIRED, "netlist": {**NETLIST, "groups": None}}, "must tell the string of each group"),
        ({**WIRED, "netlist": {**NETLIST, "groups": NETLIST["groups"][1:]}}, "groups has 3 rows; the pack has 4"),
        ({**WIRED, "netlist": {**NETLIST, "positive": "up"}}, "no way leads from up"),
        ({**WIRED, "cable": {}}, "a pack with a netlist has no table [cable]"),
        ({**WIRED, "faults": {"parted": [{"conductor": "mian"}]}}, "there is no conductor 'mian'; did you mean"),
        ({**WIRED, "faults": {"cell_open": [{"cell": 9}]}}, "cell = 9 is none of the 8 cells"),
        ({**STRINGS, "fuse": FUSE}, "[fuse] needs a cable with a resistance"),
        ({**WIRED, "netlist": {**NETLIST, "positive": 1, "conductors": []}}, "it goes up by 1 cells; series = 2"),
        ({**WIRED, "netlist": {**NETLIST, "cells": [[1, 0], *NETLIST["cells"][1:]]}}, "goes up by -1 cells"),
        ({**WIRED, "netlist": {**NETLIST, "conductors": 2 * NETLIST["conductors"]}}, "main is the name of several"),
        ({**STRINGS, "cable": CABLE, "faults": {"parted": [{"conductor": "link 1"}]}}, "no conductor 'link 1'"),
        ({**STRINGS, "cable": CABLE, "fuse": FUSE, "contactor": {}}, "no link is solved behind conductors"),
        ({**WIRED, "netlist": {**NETLIST, "couplings": [{"conductors": ["main", "mane"], "coefficient": 0.5}]}},
         "couplings: there is no conductor 'mane'"),
        ({**WIRED, "fuse": FUSE}, "a pack with a netlist has no table [fuse]"),
        ({**STRINGS, "faults": {"cell_open": [{"cell": 1}, {"cell": 1}]}}, "cell = 1 is told twice"),
        ({**STRINGS, "pack": {**STRINGS["pack"], "modules": 3}}, "series = 4 must be a multiple of modules = 3"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_by_name(contents, message):
    contents = {**contents, "netlist": {k: v for k, v in contents["netlist"].items() if v is not None}} if (
        "netlist" in contents) else contents  # fmt: skip
    with pytest.raises(InputError, match=message.replace("[", r"\[").replace("]", r"\]")):
        parse_pack(contents, "pack.toml")


def test_modules_have_equally_many_strings():
    def cell(k, lower, upper, group):
        return CellPlace(f"cell {k}", lower, upper, group)

    cells = (cell(1, "0", "1", 0), cell(2, "1", "2", 1), cell(3, "1", "2", 2), cell(4, "1", "2", 3))
    taps = tuple(GroupPlace(c.name, c.negative, c.positive, k, min(k, 1)) for k, c in enumerate(cells))
    with pytest.raises(ValueError, match="its modules have 1, 3 strings; strings = 2"):
        check_levels(Netlist("0", "2", cells, (), taps), Arrangement(series=2, parallel=1, strings=2, modules=2))


def test_fuses_lie_in_the_cables():
    netlist = parse_pack({**STRINGS, "cable": CABLE, "fuse": FUSE, "string_fuse": FUSE}, "pack.toml").wiring
    fused = {c.name: c.arc_voltage for c in netlist.conductors if c.melting_integral < LARGE}
    assert fused == {**{f"string cable {s}": 40.0 for s in (1, 2, 3, 4)}, "pack cable": 40.0}
    assert netlist.contactors == ("string cable 1", "string cable 2", "string cable 3", "string cable 4")
    assert netlist.has_transients


def test_couplings_and_fuses_of_a_netlist_are_those_of_its_conductors():
    links = [{"name": name, "between": [2, "top"], "resistance": 1e-3, "inductance": 1e-6} for name in "ab"]
    table = {**NETLIST, "conductors": [{**links[0], "fuse": FUSE}, links[1]],
             "couplings": [{"conductors": ["a", "b"], "coefficient": 0.5}]}  # fmt: skip
    netlist = parse_pack({**WIRED, "netlist": table}, "pack.toml").wiring
    assert [c.melting_integral for c in netlist.conductors] == [5e4, LARGE]
    assert netlist.couplings[0].coefficient == 0.5


def test_contactor_insulation_and_network_set_the_start_values_of_the_network():
    network = network_of(
        cable=CABLE,
        contactor={"link_capacitance": 2e-3, "precharge_resistance": 30.0},
        insulation={"positive": 2e5},
        network={"stated_power": 500.0, "redistribution_limit": 20.0},
    )
    for name, value in (("link_capacitance", 2e-3), ("precharge_resistance", 30.0), ("stated_power", 500.0),
                        ("redistribution_limit", 20.0)):  # fmt: skip
        assert network.p[name] == value, name
    assert network.u["insulation_resistance_positive"] == 2e5
    assert network.y["link_voltage"] == pytest.approx(network.y["pack_voltage"])
    assert network.y["deliverable_capacity"] < network.y["usable_capacity"]


def test_faults_tell_times_and_conductances():
    faults = Faults.model_validate(
        {
            "cell_open": [{"cell": 2, "at": "1 min"}],
            "cell_short": [{"cell": 3, "resistance": 0.5}],
            "parted": [{"conductor": "b", "at": "2 s"}],
            "external_short": {"resistance": 0.01, "at": "3 s"},
        }
    )
    start = faults.start_values(3, ("a", "b"))
    np.testing.assert_array_equal(start["cell_open_time"], [LARGE, 60.0, LARGE])
    np.testing.assert_array_equal(start["cell_short_time"], [LARGE, LARGE, 0.0])
    np.testing.assert_array_equal(start["timed_cell_short"], [0.0, 0.0, 2.0])
    np.testing.assert_array_equal(start["conductor_parted_time"], [LARGE, 2.0])
    assert (start["external_short_time"], start["timed_external_short"]) == (3.0, 100.0)
    assert "conductor_parted_time" not in faults.model_copy(update={"parted": []}).start_values(3, ())


def test_the_time_of_a_fault_reaches_the_network():
    network = network_of(cable=CABLE, faults={"parted": [{"conductor": "string cable 2", "at": "5 s"}]})
    names = wire(parse_pack({**STRINGS, "cable": CABLE}, "pack.toml").wiring).names
    assert network.p["conductor_parted_time"][names.index("string cable 2")] == 5.0
