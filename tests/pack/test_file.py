"""The pack file: what is accepted, what follows from it, and what is said of a mistake."""

import copy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.core.variable import Detail
from packfmu.fmi.registry import load_definition
from packfmu.models.aging.kind import AgingParameters
from packfmu.models.cell.kind import CellParameters
from packfmu.models.parameter_sets import parameter_sets
from packfmu.pack.file import load_pack, parse_pack
from packfmu.pack.parts import parts
from packfmu.pack.tables import Terminals
from tests.pack.planned import SMALLEST, models, part

ROOT = Path(__file__).parents[2]
LEAF = ROOT / "examples" / "leaf_pack.toml"
AGING = SMALLEST | {"aging": {"parameters": "graphite_film_aging"}}
DAY = 86_400 * 10**9


def changed(table, key, value):
    contents = copy.deepcopy(AGING)
    contents.setdefault(table, {})[key] = value
    return contents


def test_smallest_pack_gets_the_defaults():
    pack = parse_pack(SMALLEST, "smallest")
    assert pack.pack.cells == 6
    assert pack.cell.initial_soc == 0.9
    assert pack.busbar.terminals is Terminals.SAME
    assert pack.outputs.detail is Detail.CELL
    assert (pack.schedule.electrical, pack.schedule.control, pack.schedule.thermal) == (10**9, 10**10, 10**10)
    assert pack.aging is None
    assert pack.schedule.aging == DAY


def test_leaf_pack_is_the_one_of_the_car():
    pack = load_pack(LEAF)
    assert (pack.pack.series, pack.pack.parallel) == (96, 2)


@pytest.mark.parametrize("pack", [load_pack(LEAF), parse_pack(AGING, "aging")])
def test_every_start_value_fits_its_model(pack):
    for name, model in models(pack).items():
        start = part(pack, name).start
        restarted = model.with_start(start)  # raises where a name or a bound does not fit
        for variable in restarted.interface:
            if variable.name in start:
                assert np.array_equal(variable.start_values(), np.broadcast_to(start[variable.name], variable.shape))


def test_network_and_cells_agree():
    pack = parse_pack(SMALLEST | {"variation": {"capacity_cv": 0.1, "soc_spread": 0.02}}, "spread")
    cell, net = part(pack, "Cell").start, part(pack, "PackNetwork").start
    kind = pack.cell.load()
    assert np.array_equal(cell["capacity"], net["capacity"])
    assert np.array_equal(cell["initial_soc"], net["soc"])
    assert np.array_equal(kind.open_circuit_voltage, net["open_circuit_voltage"])
    assert np.array_equal(part(pack, "Balancer").start["group_voltage"], net["emf"][::3])
    assert net["maximum_discharge_current"] == 3 * kind.maximum_discharge_current
    assert cell["lookahead"] == 0.5  # half the electrical period of 1 s


def test_without_aging_the_components_are_what_they_were():
    """Their GUIDs follow from the arguments."""
    assert {part.name: part.arguments for part in parts(parse_pack(SMALLEST, "plain"))} == {
        "Cell": {"cells": 6, "parameters": "nissan_leaf_2013"},
        "PackNetwork": {"series": 2, "parallel": 3, "opposite_terminals": False, "nodes": 201},
        "Thermal": {"cells": 6},
        "Balancer": {"groups": 2, "parallel": 3},
    }


@pytest.mark.parametrize("kind", parameter_sets(AgingParameters))
def test_with_aging_there_is_a_fifth_component(kind):
    pack = parse_pack(SMALLEST | {"aging": {"parameters": kind}}, "aging")
    planned = parts(pack)
    assert [part.name for part in planned] == ["Cell", "PackNetwork", "Thermal", "Balancer", "Aging"]
    for made in planned:
        component = load_definition(made.component, made.arguments, made.start)
        told = [terminal.name for terminal in component.terminals]
        assert ("aging" in told) == (made.name in ("Cell", "PackNetwork", "Aging"))
    assert planned[4].arguments == {"cells": 6, "aging": kind}
    plain = parse_pack(SMALLEST, "plain")
    assert part(pack, "Cell").arguments.items() > part(plain, "Cell").arguments.items()
    assert part(pack, "PackNetwork").arguments == part(plain, "PackNetwork").arguments
    for name in ("Cell", "PackNetwork"):
        without = part(plain, name)
        assert all(np.array_equal(part(pack, name).start[key], value) for key, value in without.start.items())


def test_aging_agrees_with_the_cells():
    spread = {"capacity_cv": 0.1, "resistance_cv": 0.2, "seed": 4}
    given_ = {"parameters": "nissan_leaf_aging", "rate_cv": 0.1, "resistance_rate_cv": 0.2}
    pack = parse_pack(SMALLEST | {"variation": spread, "aging": given_}, "spread")
    cell, start = part(pack, "Cell").start, part(pack, "Aging").start
    assert np.array_equal(cell["capacity"], start["capacity"])
    assert np.unique(start["aging_rate"]).size == np.unique(start["resistance_rate"]).size == 6
    even = parse_pack(SMALLEST | {"variation": spread, "aging": {"parameters": "nissan_leaf_aging"}}, "even")
    assert np.all(part(even, "Aging").start["aging_rate"] == 1.0)
    assert np.all(part(even, "Aging").start["resistance_rate"] == pack.aging.load().resistance_rate)


def test_the_period_of_aging_is_only_looked_at_where_there_is_aging():
    odd = {"schedule": {"thermal": "70 s"}}
    assert parse_pack(SMALLEST | odd, "plain").schedule.aging == DAY
    with pytest.raises(InputError) as caught:
        parse_pack(AGING | odd, "my.toml")
    assert str(caught.value) == "my.toml: [schedule]: aging = 1 d must be an integer multiple of thermal = 70 s"


def test_heat_capacity_is_the_cells_unless_given():
    pack = parse_pack(SMALLEST, "measured")
    assert part(pack, "Thermal").start["heat_capacity"] == pack.cell.load().heat_capacity
    given_ = parse_pack(changed("thermal", "heat_capacity", 500.0), "given")
    assert part(given_, "Thermal").start["heat_capacity"] == 500.0


MISTAKES = [
    ("pack", "series", 0, "[pack] series = 0: it should be greater than or equal to 1"),
    ("pack", "series", "3", '[pack] series = "3": it should be a valid integer'),
    ("pack", "series", 2.5, "[pack] series = 2.5: it should be a valid integer"),
    ("pack", "series", {"groups": 3}, "[pack] series = {'groups': 3}: it should be a valid integer"),
    ("pack", "series", True, "[pack] series = true: it should be a valid integer"),
    ("pack", "series", 50_000, "[pack]: series = 50000 times parallel = 3 is 150000 cells; at most 100000 are allowed"),
    ("pack", "serie", 3, '[pack] serie = 3 is not a known key; did you mean "series"?'),
    ("pack", "colour", 3, "[pack] colour = 3 is not a known key; allowed are series, parallel"),
    ("cell", "parameters", "nissan_leaf", '"nissan_leaf": there is no such cell; did you mean "nissan_leaf_2013"?'),
    ("cell", "parameters", "../secret", '[cell] parameters = "../secret": there is no such cell; allowed are'),
    ("cell", "parameters", "schmalstieg_2014", '"schmalstieg_2014": there is no such cell; allowed are chen_2020'),
    ("aging", "parameters", "leaf_aging", '"leaf_aging": there is no such kind of aging; did you mean "nissan'),
    (
        "aging",
        "parameters",
        "wang_2014",
        '"wang_2014": there is no such kind of aging; allowed are chen_2020_aging',
    ),
    ("aging", "parameters", 3, "[aging] parameters = 3: it should be a valid string"),
    ("aging", "rate_cv", -0.1, "[aging] rate_cv = -0.1: it should be greater than or equal to 0"),
    ("aging", "resistance_rate_cv", "a lot", '[aging] resistance_rate_cv = "a lot": it should be a valid number'),
    ("aging", "rate", 0.1, '[aging] rate = 0.1 is not a known key; did you mean "rate_cv"?'),
    ("schedule", "aging", "15 s", "[schedule]: aging = 15 s must be an integer multiple of thermal = 10 s"),
    ("schedule", "aging", "1 week", "[schedule] aging = \"1 week\": duration '1 week' is not a positive number with"),
    ("cell", "initial_soc", 1.5, "[cell] initial_soc = 1.5: it should be less than or equal to 1"),
    ("variation", "capacity_cv", float("nan"), "[variation] capacity_cv = nan: it should be a finite number"),
    ("variation", "capacity_cv", float("inf"), "[variation] capacity_cv = inf: it should be a finite number"),
    ("variation", "resistance_cv", -0.1, "[variation] resistance_cv = -0.1: it should be greater than or equal to 0"),
    ("variation", "seed", -1, "[variation] seed = -1: it should be greater than or equal to 0"),
    ("busbar", "terminals", "sme", "[busbar] terminals = \"sme\": it should be 'same' or 'opposite'"),
    ("thermal", "heat_capacity", -900.0, "[thermal]: heat_capacity = -900 J/K is not within [0.001, 1e+09] J/K"),
    ("thermal", "ambient_temperature", 25.0, "[thermal]: ambient_temperature = 25 K is not within [200, 500] K"),
    ("balancer", "stop_threshold", 1.0, "[balancer]: stop_threshold = 1 must not exceed start_threshold = 0.01"),
    ("balancer", "maximum_temperature", 300.0, "maximum_temperature = 300 must exceed derating_temperature = 343.15"),
    (
        "balancer",
        "converter",
        "fly",
        '[balancer] converter = "fly": there is no such converter; did you mean "flyback"?',
    ),
    (
        "balancer",
        "law",
        "consensus",
        '[balancer]: law = "consensus" is not one of converter = "resistor"; allowed are ',
    ),
    ("balancer", "gain", 5.0, '[balancer]: gain does nothing where converter = "resistor"; leave it out'),
    (
        "balancer",
        "minimum_voltage",
        4.2,
        "[balancer]: minimum_voltage = 4.2 must be below the cell's maximum voltage of 4.2 V",
    ),
    ("balancer", "minimum_voltage", "low", '[balancer] minimum_voltage = "low": it should be a valid number'),
    ("bms", "start_spread", 0.001, "[bms]: stop_spread = 0.01 must not exceed start_spread = 0.001"),
    ("bms", "initial_soc_error", 2.0, "[bms] initial_soc_error = 2.0: it should be less than or equal to 1"),
    ("outputs", "detail", "cels", '[outputs] detail = "cels": allowed are "cell", "group", "pack"'),
    ("schedule", "electrical", "1", "[schedule] electrical = \"1\": duration '1' is not a positive number with one of"),
    ("schedule", "electrical", "-1 s", '[schedule] electrical = "-1 s": '),
    ("schedule", "control", "1.5 s", "[schedule]: control = 1500 ms must be an integer multiple of electrical = 1 s"),
    ("schedule", "thermal", "15 s", "[schedule]: thermal = 15 s must be an integer multiple of control = 10 s"),
]


@pytest.mark.parametrize(("table", "key", "value", "message"), MISTAKES)
def test_a_mistake_gets_one_line_with_key_value_and_what_is_allowed(table, key, value, message):
    with pytest.raises(InputError) as caught:
        parse_pack(changed(table, key, value), "my.toml")
    assert message in str(caught.value)
    assert str(caught.value).startswith("my.toml: [")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        ({}, "[pack] is missing; it has no default (and 1 more)"),
        ({"pack": {"series": 1, "parallel": 1}}, "[cell] is missing; it has no default"),
        (SMALLEST | {"varation": {}}, '[varation] is not a known key; did you mean "variation"?'),
        (SMALLEST | {"aging": {}}, "[aging] parameters is missing; it has no default"),
        (SMALLEST | {"aging": 3}, "[aging] = 3 must be a table of parameters, rate_cv, resistance_rate_cv, dendrites"),
        (
            SMALLEST | {"busbar": 3},
            "[busbar] = 3 must be a table of segment_resistance, segment_inductance, contact_resistance, terminals, "
            "losses, heat_capacity, terminal_conductance, convection",
        ),
        (
            SMALLEST | {"pack": {"serie": 3, "parallel": 1}},
            '[pack] serie = 3 is not a known key; did you mean "series"? (and 1 more)',
        ),
    ],
)
def test_a_mistake_in_the_tables_is_named(contents, message):
    with pytest.raises(InputError, match=r"^my\.toml: ") as caught:
        parse_pack(contents, "my.toml")
    assert str(caught.value) == f"my.toml: {message}"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
KEYS = st.sampled_from(["series", "parallel", "parameters", "seed", "electrical", "aging"]) | st.text(max_size=3)


@given(st.sampled_from(["pack", "cell", "variation", "aging", "schedule"]) | st.text(max_size=3), KEYS, ANYTHING)
def test_whatever_the_contents_it_is_one_line(table, key, value):
    with pytest.raises(InputError) as caught:
        parse_pack({"pack": {"series": 0}, table: {key: value}}, "my.toml")
    assert str(caught.value).isprintable()


def test_missing_file_directory_and_broken_toml_are_named(tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_text("[pack\n")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfa")
    nested = tmp_path / "nested.toml"
    nested.write_text("a = " + "[" * 100_000)
    for path, message in (
        (tmp_path / "none.toml", "cannot be read: No such file"),
        (tmp_path, "cannot be read: "),
        (broken, "is not TOML: "),
        (binary, "is not TOML: "),
        (nested, "is not TOML: "),
    ):
        with pytest.raises(InputError) as caught:
            load_pack(path)
        assert str(caught.value).startswith(f"{path}: {message}")
        assert "\n" not in str(caught.value)


def test_byte_order_mark_is_passed_over(tmp_path):
    path = tmp_path / "windows.toml"
    path.write_text(LEAF.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert load_pack(path) == load_pack(LEAF)


def test_parameter_sets_are_the_modules_of_a_type():
    assert parameter_sets(CellParameters) == ("nissan_leaf_2013",)
    ageing = ("chen_2020_aging", "graphite_film_aging", "nissan_leaf_aging", "sanyo_ur18650e_aging")
    assert parameter_sets(AgingParameters) == ageing
