"""The pack file: what is accepted, what follows from it, and what is said of a mistake."""

import copy
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.fmus.pack import Pack, Terminals, load_pack, parameter_sets, parse_pack
from packfmu.fmus.parts import parts
from packfmu.models import balancer, cell_ecm, network, thermal
from packfmu.models.errors import InputError
from packfmu.models.model import Detail

ROOT = Path(__file__).parents[2]
LEAF = ROOT / "examples" / "leaf_pack.toml"
SMALLEST = {"pack": {"series": 2, "parallel": 3}, "cell": {"parameters": "nissan_leaf_2013"}}


def changed(table, key, value):
    contents = copy.deepcopy(SMALLEST)
    contents.setdefault(table, {})[key] = value
    return contents


def part(pack, name):
    return next(part for part in parts(pack) if part.name == name)


def models(pack):
    declare = {
        "Cell": lambda cells, parameters: cell_ecm.declare(cells, pack.cell.load()),
        "PackNetwork": network.declare,
        "Thermal": thermal.declare,
        "Balancer": balancer.declare,
    }
    return {part.name: declare[part.name](**part.arguments) for part in parts(pack)}


def test_smallest_pack_gets_the_defaults():
    pack = parse_pack(SMALLEST, "smallest")
    assert pack.pack.cells == 6
    assert pack.cell.initial_soc == 0.9
    assert pack.busbar.terminals is Terminals.SAME
    assert pack.outputs.detail is Detail.CELL
    assert (pack.schedule.electrical, pack.schedule.control, pack.schedule.thermal) == (10**9, 10**10, 10**10)


def test_leaf_pack_is_the_one_of_the_car():
    pack = load_pack(LEAF)
    assert (pack.pack.series, pack.pack.parallel) == (96, 2)


def test_every_start_value_fits_its_model():
    pack = load_pack(LEAF)
    for name, model in models(pack).items():
        start = part(pack, name).start
        restarted = model.with_start(start)  # raises where a name or a bound does not fit
        for variable in restarted.interface:
            if variable.name in start:
                assert np.array_equal(variable.start_values(), np.broadcast_to(start[variable.name], variable.shape))


@pytest.mark.parametrize(("table", "component"), [("thermal", "Thermal"), ("balancer", "Balancer")])
def test_defaults_are_those_of_the_models(table, component):
    pack = parse_pack(SMALLEST, "smallest")
    model = models(pack)[component]
    for key, value in getattr(pack, table).model_dump(exclude_none=True).items():
        assert np.unique(model.variable(key).start_values()) == [value], key


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
    ("cell", "initial_soc", 1.5, "[cell] initial_soc = 1.5: it should be less than or equal to 1"),
    ("variation", "capacity_cv", float("nan"), "[variation] capacity_cv = nan: it should be a finite number"),
    ("variation", "capacity_cv", float("inf"), "[variation] capacity_cv = inf: it should be a finite number"),
    ("variation", "resistance_cv", -0.1, "[variation] resistance_cv = -0.1: it should be greater than or equal to 0"),
    ("variation", "seed", -1, "[variation] seed = -1: it should be greater than or equal to 0"),
    ("busbar", "terminals", "sme", "[busbar] terminals = \"sme\": it should be 'same' or 'opposite'"),
    ("thermal", "heat_capacity", -900.0, "[thermal] heat_capacity = -900.0: it should be greater than 0"),
    ("thermal", "ambient_temperature", 25.0, "ambient_temperature = 25.0: it should be greater than or equal to 200"),
    ("balancer", "stop_threshold", 1.0, "[balancer]: stop_threshold = 1 must not exceed start_threshold = 0.01"),
    ("balancer", "maximum_temperature", 300.0, "maximum_temperature = 300 must exceed derating_temperature = 343.15"),
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
        (SMALLEST | {"busbar": 3}, "[busbar] = 3 must be a table of segment_resistance, contact_resistance, terminals"),
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
KEYS = st.sampled_from(["series", "parallel", "parameters", "seed", "electrical"]) | st.text(max_size=3)


@given(st.sampled_from(["pack", "cell", "variation", "schedule"]) | st.text(max_size=3), KEYS, ANYTHING)
def test_whatever_the_contents_it_is_one_line(table, key, value):
    with pytest.raises(InputError) as caught:
        parse_pack({"pack": {"series": 0}, table: {key: value}}, "my.toml")
    assert str(caught.value).isprintable()


def test_missing_file_directory_and_broken_toml_are_named(tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_text("[pack\n")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe")
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


def test_parameter_sets_are_the_modules():
    assert "nissan_leaf_2013" in parameter_sets()


def test_readme_publishes_every_key_with_its_default():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for table, field in Pack.model_fields.items():
        for key, entry in field.annotation.model_fields.items():
            row = next(line for line in readme.splitlines() if line.startswith(f"| `[{table}]` `{key}` |"))
            default = "required" if entry.is_required() else toml(entry.default)
            assert f"| {default} |" in row, key
            assert row.endswith(f"| {entry.description} |"), key


def toml(default):
    if default is None:
        return "the cell's"
    if isinstance(default, Terminals):
        return f'"{default.value}"'
    return f'"{default}"' if isinstance(default, str) else f"{default:g}"


def test_readme_example_is_a_pack_file():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    example = readme.split("```toml\n")[1].split("```")[0]
    parse_pack(tomllib.loads(example), "README.md")
