"""What a cell file may hold: each mistake gets one line with its key."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.pack.cells.cell_file import cell_of, read_cell
from packfmu.pack.cells.cell_tables import CircuitFile
from packfmu.pack.reading.checking import checked, tables_of
from tests.pack.cells import lfp


def changed(place, value):
    """Return the contents of the file with another value at a place; of None, without the key."""
    contents = copy.deepcopy(lfp.contents())
    *tables, key = place
    held = contents
    for table in tables:
        held = held.setdefault(table, {}) if isinstance(held, dict) else held[table]
    if value is None:
        del held[key]
    else:
        held[key] = value
    return contents


MISTAKES = [
    (("format",), 2, "format = 2: it should be 1"),
    (("format",), None, "format is missing; it has no default"),
    (("colour",), 2, "[colour] = 2 is not a known key; allowed are format, cell, limits, heat, open_circuit_voltage, "),
    (("cell", "capacity"), None, "[cell] capacity is missing; it has no default"),
    (("cell", "capacity"), "50 A.h", '[cell] capacity = "50 A.h": it should be a valid number'),
    (("cell", "capacity"), 50.0, "[limits]: maximum_charge_current = 50 A is 3600 times the capacity of 50 C in an "
     "hour, at most 1000 are taken; is the capacity in A.h? 1 A.h is 3600 C"),
    (("cell", "capacitiy"), 1.0, '[cell] capacitiy = 1.0 is not a known key; did you mean "capacity"?'),
    (("cell", "reference_temperature"), 25.0, "reference_temperature = 25.0: it should be greater than or equal"),
    (("limits", "maximum_charge_current"), -50.0, "maximum_charge_current = -50.0: it should be greater than 0"),
    (("limits", "maximum_voltage"), 2.4, "[limits]: minimum_voltage = 2.5 must be below maximum_voltage = 2.4"),
    (("limits", "minimum_voltage"), 3.5, "[open_circuit_voltage]: voltage is 2.6 to 3.45 V, of which the limits of 3.5 "
     "to 3.65 V allow nothing"),
    (("heat",), None, "[heat] is missing; it has no default"),
    (("heat",), 3, "[heat] = 3 must be a table of heat_capacity, mass, convection"),
    (("open_circuit_voltage", "soc"), None, "[open_circuit_voltage]: voltage has 12 values and no nodes; give soc here"
     " or in [cell]"),
    (("open_circuit_voltage", "voltage"), [3.0, 3.2], "[open_circuit_voltage]: voltage has 2 values over 12 nodes of "
     "soc; give one each, or one"),
    (("open_circuit_voltage", "voltage", 3), 3.08, "[open_circuit_voltage]: voltage falls from 3.1 to 3.08 while SOC "
     "rises; at most 0.005 V are taken"),
    (("open_circuit_voltage", "voltage", 3), 3180.0, "[open_circuit_voltage] voltage.4 = 3180.0: it should be less"),
    (("open_circuit_voltage", "soc", 0), 0.01, "soc reaches from 0.01 to 1, and must from 0 to 1; continue the"),
    (("open_circuit_voltage", "soc", 5), 0.2, "[open_circuit_voltage] soc = [0.0, 0.02, 0.05, 0.1, 0.2, 0.2, 0.5, 0.7, "
     "0.9, 0.95, 0.9...: 0.2 follows 0.2; values must rise"),
    (("open_circuit_voltage", "soc", 11), 100, "[open_circuit_voltage] soc.12 = 100: it should be less than or equal"),
    (("ohmic_resistance", "resistance", 1), -9e-4, "[ohmic_resistance] resistance.2 = -0.0009: it should be greater"),
    (("ohmic_resistance", "resistance", 1), float("nan"), "[ohmic_resistance] resistance.2 = nan: it should be"),
    (("rc_pairs",), [], "[rc_pairs] = []: "),
    (("rc_pairs", 0, "capacitance"), [1e4], None),
    (("rc_pairs", 0, "capacitance"), [1e4, 2e4], "[rc_pairs.1]: capacitance has 2 values over 3 nodes of soc"),
    (("rc_pairs", 1, "resistence"), 1.0, '[rc_pairs.2] resistence = 1.0 is not a known key; did you mean "resist'),
    (("rc_pairs", 2, "capacitance", 0), 0.0, "[rc_pairs.3] capacitance.1 = 0.0: it should be greater"),
    (("rc_pairs", 1), 7, "[rc_pairs.2] = 7 must be a table of soc, resistance, temperatures, resistances, "),
    (("rc_pairs", 1, "resistance"), None, "[rc_pairs.2]: give resistance, or temperatures with resistances, a list "),
    (("ohmic_resistance", "temperatures"), [280.0, 290.0], "[ohmic_resistance]: give resistance, or temperatures with"),
    (("rc_pairs", 1), {"temperatures": [280.0, 290.0], "resistances": [[1e-3]], "capacitance": [1e4]},
     "[rc_pairs.2]: resistances has 1 lists for 2 temperatures"),
    (("rc_pairs", 1), {"temperatures": [290.0, 280.0], "resistances": [[1e-3], [1e-3]], "capacitance": [1e4]},
     "[rc_pairs.2] temperatures = [290.0, 280.0]: 280 follows 290; values must rise"),
    (("rc_pairs", 1), {"temperatures": [7.0, 25.0], "resistances": [[1e-3], [1e-3]], "capacitance": [1e4]},
     "[rc_pairs.2] temperatures.1 = 7.0: it should be greater than or equal to 200"),
    (("rc_pairs", 1), {"temperatures": [280.0, 290.0], "resistances": [[1e-3], [1e-3, 0.0]], "capacitance": [1e4]},
     "[rc_pairs.2] resistances.2.2 = 0.0: it should be greater"),
    (("rc_pairs", 1), {"temperatures": [280.0, 290.0], "resistances": [[1e-3], [1e-3]] , "capacitance": [[1e4], [2e4]]},
     "[rc_pairs.2] capacitance = [[10000.0], [20000.0]]: a capacitance has one table for all temperatures, as one "),
    (("hysteresis", "bound"), -0.01, "[hysteresis] bound = -0.01: it should be greater than or equal to 0"),
    (("hysteresis", "rate"), None, "[hysteresis] rate is missing; it has no default"),
    (("losses", "coulombic_efficiency"), 99.8, "[losses] coulombic_efficiency = 99.8: it should be less than or equal"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value", "message"), MISTAKES)
def test_a_mistake_gets_one_line_with_key_value_and_what_is_allowed(place, value, message):
    contents = changed(place, value)
    if message is None:
        checked(CircuitFile, contents, "my.toml")
        return
    with pytest.raises(InputError) as caught:
        checked(CircuitFile, contents, "my.toml")
    assert message in str(caught.value)
    assert str(caught.value).startswith("my.toml: ")
    assert str(caught.value).isprintable()


def test_a_broken_file_is_named(tmp_path):
    for text, reason in (("[cell", "is not TOML: "), ("", "format is missing"), ("format = 1e999", "format = inf")):
        path = lfp.written(tmp_path, text)
        with pytest.raises(InputError, match=r"^[^\n]*$") as caught:
            read_cell(path)
        assert str(caught.value).startswith(f"{path}: {reason}")
    with pytest.raises(InputError, match=r"none\.toml: cannot be read: No such file"):
        read_cell(tmp_path / "none.toml")


KEYS = [
    (table, key) for table, kind in tables_of(CircuitFile).items() if table != "rc_pairs" for key in kind.model_fields
]
VALUES = st.one_of(
    st.floats(),
    st.integers(-(2**70), 2**70),
    st.lists(st.floats(0.0, 5.0), max_size=13),
    st.booleans(),
    st.text(max_size=3),
)


@given(st.lists(st.tuples(st.integers(0, len(KEYS) - 1), VALUES), max_size=3))
def test_whatever_the_values_it_is_one_line_or_a_cell_that_runs(choices):
    contents = copy.deepcopy(lfp.contents())
    for place, value in choices:
        table, key = KEYS[place]
        contents.setdefault(table, {})[key] = value
    found = read(contents)
    if isinstance(found, str):
        assert found.startswith("my.toml: ")
        assert found.isprintable()
        assert len(found) < 800
    else:
        found.declare(1)  # raises where a bound of the model is narrower


def read(contents):
    """Return the cell, or the message."""
    try:
        return cell_of(checked(CircuitFile, contents, "my.toml"))[0]
    except InputError as error:
        return str(error)
