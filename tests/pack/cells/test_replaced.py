"""Cells of other kinds and ages than those of [cell]: which they are, what they have lost, and what is refused."""

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.fmi.registry import load_definition
from packfmu.models.parameters import chen_2020, nissan_leaf_2013
from packfmu.pack.cells.cell_file import write_cell
from packfmu.pack.file import Pack, load_pack, parse_pack
from packfmu.pack.parts import parts
from packfmu.pack.wiring import kinds as kinds_of_network
from tests.pack.planned import part

LEAF, CHEN = nissan_leaf_2013.PARAMETERS, chen_2020.PARAMETERS


def pack_of(*replaced, **tables):
    shape = {"series": 3, "parallel": 2, **tables.pop("pack", {})}
    given = {"pack": shape, "cell": {"parameters": "nissan_leaf_2013"}, "replaced": list(replaced), **tables}
    return parse_pack(given, "pack.toml")


def values(part):
    return {name: np.asarray(value).tolist() for name, value in part.start.items()}


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ({"cells": [5, 1]}, [0, 4]),
        ({"groups": [2]}, [2, 3]),
        ({"groups": [2], "cells": [3, 12]}, [2, 3, 11]),
        ({"strings": [2]}, [4, 5, 6, 7]),
        ({"strings": [3]}, [8, 9, 10, 11]),
        ({"modules": [2]}, [8, 9, 10, 11, 12, 13, 14, 15]),
    ],
)
def test_cells_are_named_by_themselves_their_groups_strings_and_modules(row, cells):
    """Two modules of two strings of two groups of two cells."""
    pack = pack_of({**row, "parameters": "chen_2020"}, pack={"series": 4, "strings": 2, "modules": 2})
    assert np.flatnonzero(pack.kinds.of).tolist() == cells


def test_of_several_tables_the_last_one_counts():
    pack = pack_of(
        {"groups": [1, 2], "parameters": "chen_2020", "capacity_loss": 0.1},
        {"cells": [3], "resistance_growth": 0.2},
        {"cells": [4], "parameters": "marquis_2019"},
    )
    assert [cell.parameters for cell in pack.kinds.chosen] == ["nissan_leaf_2013", "chen_2020", "marquis_2019"]
    assert pack.kinds.of.tolist() == [1, 1, 0, 2, 0, 0]
    assert pack.kinds.capacity_loss.tolist() == [0.1, 0.1, 0.0, 0.0, 0.0, 0.0]
    assert pack.kinds.resistance_growth.tolist() == [0.0, 0.0, 0.2, 0.0, 0.0, 0.0]


def test_a_new_cell_of_the_same_kind_changes_nothing():
    """To the last bit, with draws of everything that cells may differ in."""
    spread = {"capacity_cv": 0.02, "resistance_cv": 0.1, "soc_spread": 0.02, "ohmic_cv": 0.1, "hysteresis_cv": 0.1}
    tables = {"variation": spread, "bms": {}}
    same = pack_of({"cells": [2], "parameters": "nissan_leaf_2013"}, {"groups": [3]}, **tables)
    for mine, other in zip(parts(same), parts(pack_of(**tables)), strict=True):
        assert (mine.component, mine.arguments) == (other.component, other.arguments)
        assert values(mine) == values(other)


def test_a_pack_all_of_whose_cells_are_replaced_is_a_pack_of_these():
    mine, other = pack_of({"groups": [1, 2, 3], "parameters": "chen_2020"}), pack_of(cell={"parameters": "chen_2020"})
    for left, right in zip(parts(mine), parts(other), strict=True):
        assert (left.arguments, values(left)) == (right.arguments, values(right))


def test_a_cell_draws_what_it_would_draw_in_a_pack_of_its_kind():
    spread = {"variation": {"seed": 4, "capacity_cv": 0.05, "resistance_cv": 0.2, "soc_spread": 0.03}}
    mixed = values(part(pack_of({"groups": [2], "parameters": "chen_2020"}, **spread), "Cell"))
    leaf, chen = (values(part(pack_of(cell={"parameters": name}, **spread), "Cell"))
                  for name in ("nissan_leaf_2013", "chen_2020"))  # fmt: skip
    for name in ("capacity", "initial_soc", "resistance_scale", "self_discharge_current", "coulombic_efficiency"):
        assert mixed[name] == [*leaf[name][:2], *chen[name][2:4], *leaf[name][4:]]


def test_an_old_cell_without_an_aging_model_holds_less_and_resists_more():
    start = part(pack_of({"cells": [3], "capacity_loss": 0.2, "resistance_growth": 0.5}), "Cell").start
    assert start["capacity"] == pytest.approx(LEAF.capacity * np.array([1.0, 1.0, 0.8, 1.0, 1.0, 1.0]), rel=1e-15)
    assert start["resistance_scale"].tolist() == [1.0, 1.0, 1.5, 1.0, 1.0, 1.0]
    network = part(pack_of({"cells": [3], "capacity_loss": 0.2}), "PackNetwork").start
    assert network["capacity"][2] == 0.8 * LEAF.capacity


def test_an_old_cell_with_an_aging_model_goes_on_from_what_it_has_lost():
    """Aging tells it, and what cells and network take at the start is what Aging tells."""
    old = {"cells": [3], "capacity_loss": 0.2, "resistance_growth": 0.5}
    pack = pack_of(old, aging={"parameters": "nissan_leaf_aging"})
    aging = Instance(load_definition("aging", part(pack, "Aging").arguments, part(pack, "Aging").start).model)
    aging.initialize()
    lost = [0.0, 0.0, 0.2, 0.0, 0.0, 0.0]
    assert aging.y.capacity_loss.tolist() == lost
    assert aging.y.resistance_growth[2] == 0.5
    for name in ("Cell", "PackNetwork"):
        assert part(pack, name).start["capacity_loss"].tolist() == lost
    assert part(pack, "Cell").start["capacity"].tolist() == [LEAF.capacity] * 6
    assert part(pack, "Cell").start["resistance_growth"].tolist() == [0.0, 0.0, 0.5, 0.0, 0.0, 0.0]


def test_limits_of_balancer_and_management_suit_all_kinds_and_those_of_the_network_each():
    pack = pack_of({"groups": [2], "parameters": "chen_2020"}, bms={})
    network, balancer, bms = (part(pack, name) for name in ("PackNetwork", "Balancer", "Bms"))
    assert (network.start["minimum_cell_voltage"], network.start["maximum_cell_voltage"]) == (2.5, 4.2)
    assert network.start["own_minimum_voltage"].tolist() == [3.0, 3.0, 2.5, 2.5, 3.0, 3.0]
    assert network.start["own_charge_current"][2] == CHEN.limits.maximum_charge_current
    assert (balancer.start["minimum_voltage"], balancer.start["maximum_voltage"]) == (3.0, 4.2)
    least = min(LEAF.maximum_discharge_current, CHEN.limits.maximum_discharge_current)
    assert network.start["maximum_discharge_current"] == 2 * least
    model = load_definition("bms", bms.arguments, bms.start).model
    assert model.variable("maximum_discharge_current").start == 2 * least
    assert model.variable("undervoltage_threshold").start == pytest.approx(2.9)
    assert part(pack, "Thermal").start["heat_capacity"][[1, 2]].tolist() == [LEAF.heat_capacity, CHEN.heat_capacity]


def test_groups_of_one_kind_have_its_curve_and_others_their_mixture():
    pack = pack_of({"groups": [2], "parameters": "chen_2020"}, {"cells": [6], "parameters": "chen_2020"})
    numbers, voltages = kinds_of_network.curves(pack.kinds, 2)
    soc = np.linspace(0.0, 1.0, pack.kinds.nodes)
    leaf, chen = LEAF.open_circuit(soc), CHEN.open_circuit(soc)
    assert numbers == [0, 1, 2]
    assert voltages["open_circuit_voltage"].tolist() == leaf.tolist()
    assert voltages["further_open_circuit_voltage"][0].tolist() == chen.tolist()
    mixed, inner = voltages["further_open_circuit_voltage"][1], slice(20, -20)
    assert (mixed[inner] > np.minimum(leaf, chen)[inner]).all()
    assert (mixed[inner] < np.maximum(leaf, chen)[inner]).all()


def test_the_voltage_of_a_string_is_that_of_its_groups():
    """3.65 V of one group of three: no cell is beyond its own where all share the voltage by that."""
    cells = pack_of({"groups": [2], "parameters": "chen_2020"}).kinds
    assert cells.greatest_voltage(pack_of().pack) == 12.6


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({}, "[replaced.1]: one of cells, groups, strings, modules must tell which cells are replaced"),
        ({"cells": [7]}, "[replaced.1]: cells = 7 is none of the 6 cells of the pack"),
        ({"groups": [4]}, "[replaced.1]: groups = 4 is none of the 3 groups of the pack"),
        ({"strings": [2]}, "[replaced.1]: strings = 2 is none of the 1 strings of the pack"),
        ({"modules": [2]}, "[replaced.1]: modules = 2 is none of the 1 modules of the pack"),
        ({"cells": [0]}, "[replaced.1] cells.1 = 0: it should be greater than or equal to 1"),
        ({"cells": []}, "[replaced.1] cells = []: "),
        ({"cells": [1], "capacity_loss": 0.95}, "[replaced.1] capacity_loss = 0.95: it should be less than or equal"),
        ({"cells": [1], "initial_soc": 1.5}, "[replaced.1] initial_soc = 1.5: it should be less than or equal to 1"),
        ({"cells": [1], "parameters": "chen_2021"}, 'there is no such cell; did you mean "chen_2020"?'),
        ({"cells": [1], "model": "spm"}, "[replaced.1]: model needs the key parameters, the cell that it is of"),
        ({"cells": [1], "parameters": "nissan_leaf_2013", "model": "spm"}, "nissan_leaf_2013 has no parameters of ph"),
        ({"cells": [1], "colour": "red"}, "[replaced.1] colour = \"red\" is not a known key"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_one_line(row, text):
    with pytest.raises(InputError) as refused:
        pack_of(row)
    assert text in str(refused.value)
    assert "\n" not in str(refused.value)


def test_kinds_that_no_voltage_suits_are_refused(tmp_path):
    """By the ranges of both, since balancing and management have one."""
    lower = LEAF.open_circuit_voltage - 1.4
    titanate = {**vars(LEAF), "open_circuit_voltage": lower, "minimum_voltage": 1.5, "maximum_voltage": 2.8}
    write_cell(type(LEAF)(**titanate), tmp_path / "titanate.toml")
    text = '[pack]\nseries = 2\nparallel = 1\n[cell]\nparameters = "nissan_leaf_2013"\n'
    file = tmp_path / "pack.toml"
    file.write_text(text + '[[replaced]]\ncells = [2]\nparameters = "titanate.toml"\n')
    with pytest.raises(InputError, match=r"no voltage suits nissan_leaf_2013 and titanate\.toml: the lowest that all"):
        load_pack(file)


def test_a_spread_that_a_kind_has_not_is_refused_by_its_name():
    pack = pack_of({"cells": [1], "parameters": "chen_2020"}, variation={"thickness_cv": 0.02})
    with pytest.raises(InputError, match="thickness_cv: nissan_leaf_2013 is no cell of physics"):
        parts(pack)


def test_a_pack_with_replaced_cells_is_equal_to_itself():
    row = {"cells": [1], "parameters": "chen_2020"}
    assert pack_of(row) == pack_of(row)
    assert isinstance(pack_of(row), Pack)
