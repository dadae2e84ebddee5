"""model.bin: what it tells of a model, and how the shim refuses one that is damaged, foreign, or contradicts itself."""

import math

import numpy as np
import pytest

from packfmu.core.fields import Fields
from packfmu.core.model import Model
from packfmu.core.variable import Count, Variable
from packfmu.fmi.native.tables import tables
from tests.fmi.native.forge import X, Y, flipped, take_apart
from tests.fmi.native.native_toy import (
    ERROR,
    ERRORS,
    GAIN,
    GUID,
    STAMP,
    TWIN,
    WARMTH,
    toy_tables,
    write_tables,
)
from tests.fmi.native.toy import declare


def quantity(name, **others):
    fields = {"unit": "1", "size": None, "start": 1.0, "min": -math.inf, "max": math.inf, "nominal": 1.0}
    return Variable(name, **fields | {"description": "A quantity"} | others)


def model_of(refusal="no", **blocks):
    fields = Fields(**{"outputs": (quantity("result"),)} | blocks)
    kernels = dict.fromkeys(("initialize", "outputs_kernel", "advance"), lambda *arguments: 0)
    return Model("Toy", "A toy", fields, **kernels, refusals={1: refusal})


def told(model):
    return take_apart(tables(model, GUID, STAMP))


def pieces(model):
    """Literal, place, form and digits of each piece of the one refusal."""
    found = told(model)
    assert found.refusals.tolist() == [(1, 0, len(found.pieces))]
    return [(found.string(literal), *others) for literal, *others in found.pieces.tolist()]


def test_bounds_and_nominal_values_are_told():
    gain = quantity("gain", unit="K", min=-0.5, max=2e300, nominal=112850.0)
    found = told(model_of(parameters=(gain,)))
    first, second = found.variables.tolist()
    assert (found.string(first[0]), found.string(first[1])) == ("gain", "K")
    assert first[2:4] == (0, 1)
    assert first[5:] == (0, 0, 0, 0, -0.5, 2e300, 112850.0)
    assert (found.string(second[0]), found.string(second[1])) == ("result", "1")
    assert second[2:4] == (1, 1)
    assert second[5:] == (0, 3, 0, 0, -math.inf, math.inf, 1.0)


def test_a_hidden_parameter_has_its_place_and_its_own_bounds():
    capacity = quantity("capacity", owner="PackNetwork", unit="C", max=1e12, hidden=True)
    found = told(model_of(parameters=(capacity, quantity("gain"))))
    assert len(found.variables) == 3
    hidden = found.variable("capacity")
    assert (hidden["role"], hidden["first"], hidden["max"]) == (4, 0, 1e12)
    assert found.variable("gain")["first"] == 1


def test_arrays_may_be_empty():
    none = quantity("none", size=Count(0, "thing"))
    found = told(model_of(parameters=(none, quantity("gain"))))
    row = found.variable("none")
    assert (row["first"], row["count"], row["rank"], row["extent"].tolist()) == (0, 0, 1, [0, 0])
    assert found.variable("gain")["first"] == 0


def test_sizes_values_and_layouts_are_told():
    found = take_apart(tables(declare(2, begin=5), GUID, STAMP))
    assert found.numbers[:5] == [4, 11, 7, 9, 1]
    assert found.start[[GAIN, 2, 3, 4, 10]].tolist() == [1.0, 5.0, 5.0, 1.0, 298.15]
    assert found.constants.tolist() == [5]
    assert found.layouts.tolist() == [
        *(0, 2, 2, 3),
        *(0, 0, 1, 2, 2, 4, 0, 4, 2, 3, 10),
        *(0, 2, 2, 3, 4, 5, 6),
        *(0, 2, 2, 2, 4, 5, 2, 7, 8),
        0,
    ]


def test_a_refusal_may_tell_a_state_and_the_variable_of_an_owner():
    states = (
        quantity("table", size=(2, 3)),
        quantity("power", owner="Network"),
        quantity("power", owner="Network_outputs"),
    )
    inputs = (quantity("current"), quantity("current", owner="Cell", size=4))
    refusal = "{x.table[1][0]:.3g} {x.Network_outputs.power:.6g} W, {u.Cell.current[2]:.2f} {u.current:.1e}"
    assert pieces(model_of(refusal, states=states, inputs=inputs)) == [
        ("", 9, 3, 3), (" ", 13, 3, 6), (" W, ", 3, 2, 2), (" ", 0, 1, 1)
    ]  # fmt: skip


def test_a_refusal_keeps_what_c_would_read_otherwise():
    inputs = (quantity("first"), quantity("table", size=(2, 3)))
    refusal = '100 % of "{u.table[1][2]:.3g}"? {{}} {u.first:.6e}'
    assert pieces(model_of(refusal, inputs=inputs)) == [
        ('100 % of "', 6, 3, 3), ('"? {', 0, 0, 0), ("}", 0, 0, 0), (" ", 0, 1, 6)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "field", ["x.power", "x.Network.nothing", "x.a.Network.power", "c.power", "x.Network.power[0]", "x.a[3]", "x.a", "x"]
)
def test_a_refusal_that_tells_what_is_not_there_is_an_error(field):
    states = (quantity("a", size=Count(3)), quantity("power", owner="Network"))
    with pytest.raises(ValueError, match=r"refusal 1 names .*, which is no scalar of p, u, y or x"):
        tables(model_of(f"{{{field}:.3g}}", states=states), GUID, STAMP)


@pytest.mark.parametrize(
    ("text", "words"),
    [("{y.result}", "formats y.result as ''"), ("{y.result!r:.3g}", "formats y.result"), ("{y.result:.100g}", "C knows")],
)
def test_a_refusal_that_c_cannot_tell_is_an_error(text, words):
    with pytest.raises(ValueError, match=words):
        tables(model_of(text), GUID, STAMP)


@pytest.mark.parametrize("names", [(40 * "g", STAMP), (GUID, 32 * "s")])
def test_names_that_do_not_fit_are_an_error(names):
    with pytest.raises(ValueError, match="has more than 31 or 39 bytes"):
        tables(declare(), *names)


def refusal_of(new, folder, content):
    """The one message about tables that are refused; it names the file."""
    location = write_tables(folder, content)
    importer = new(resources=location)
    assert not importer.component
    assert not importer.live
    ((status, category, message),) = importer.log
    assert (status, category) == (ERROR, ERRORS)
    assert "\n" not in message
    beginning = f"model.bin at {location}: "
    assert message.startswith(beginning)
    return message.removeprefix(beginning)


VERSION = "it has another version or byte order than this library reads"


def test_every_flipped_bit_is_found(new, tmp_path):
    data = toy_tables()
    expected = {0: "it holds no tables of packfmu", 8: VERSION, 12: VERSION}
    for bit in range(8 * len(data)):
        word = bit // 8 if bit < 64 else 4 * (bit // 32)
        refused = refusal_of(new, tmp_path, flipped(data, bit))
        assert refused == expected.get(0 if word < 8 else word, "it is damaged"), bit


def test_every_cut_and_any_addition_is_found(new, tmp_path):
    data = toy_tables()
    for length in range(len(data)):
        assert refusal_of(new, tmp_path, data[:length]) == "it is cut off", length
    for more in (b"\0", b"\n", data):
        assert refusal_of(new, tmp_path, data + more) == "it is longer than it says"


def test_tables_that_are_not_there_are_told(new, tmp_path):
    importer = new(resources=tmp_path.as_uri())
    assert importer.messages == [f"model.bin at {tmp_path.as_uri()}: it cannot be opened"]
    (tmp_path / "model.bin").mkdir()
    importer = new(resources=tmp_path.as_uri())
    assert importer.messages == [f"model.bin at {tmp_path.as_uri()}: it is cut off"]


def test_tables_of_another_fmu_are_told(new, tmp_path):
    other = tables(declare(2), "{another}", STAMP)
    assert refusal_of(new, tmp_path, other) == f"it belongs to the FMU {{another}}, not to {GUID}"
    foreign = tables(declare(), GUID, "another stamp")
    words = "it belongs to another FMU or to another version of it, this library is Toy toy 1"
    assert refusal_of(new, tmp_path, foreign) == words


def change(part, value, *where):
    """Return what puts a value into a part of tables: at an index, or in a field of a row."""

    def spoil(forged):
        target = getattr(forged, part)
        for key in where[:-1]:
            target = target[key]
        target[where[-1]] = value

    return spoil


def of_variable(wanted, **values):
    def spoil(forged):
        row = forged.variable(wanted)
        for field, value in values.items():
            row[field] = value

    return spoil


def drop_last(forged):
    forged.variables = forged.variables[:-1]
    forged.numbers[6] -= 1


def without_text(forged):
    forged.text = forged.text[:0]
    forged.numbers[9] = 0


def with_odd_text(forged):
    forged.text = np.append(forged.text, np.uint8(0))
    forged.numbers[9] += 1


def with_more_layouts(forged):
    forged.layouts = np.append(forged.layouts, 0)
    forged.numbers[5] += 1


def with_a_larger_block(block):
    def spoil(forged):
        forged.numbers[block] += 1

    return spoil


BEYOND = 2**32 - 1

CONTRADICTIONS = {
    "GUID without an end": change("names", GUID.encode().ljust(40, b"x"), "guid"),
    "identity without an end": change("names", b"i" * 32, "identity"),
    "no text": without_text,
    "text of odd length": with_odd_text,
    "text without an end": change("text", ord("x"), -1),
    "more layouts": with_more_layouts,
    "more states": with_a_larger_block(X),
    "more outputs": with_a_larger_block(Y),
    "an offset": change("layouts", 1, 0),
    "an offset after an array": change("layouts", 4, 2),
    "an offset in a block": change("layouts", 1, 5),
    "an offset after a block": change("layouts", 0, 6),
    "an extent below 0": change("layouts", -3, 1),
    "an extent beyond all": change("layouts", 2**32, 1),
    "an extent beyond its block": change("layouts", BEYOND, 1),
    "an extent of the structure": change("layouts", 3, 12),
    "a smaller array": change("layouts", 1, 1),
    "the first reference": of_variable("twin", first=1),
    "a gap": of_variable("gain", first=2),
    "an overlap": of_variable("rate", first=11),
    "a count": of_variable("rate", count=2),
    "an extent": of_variable("rate", extent=[2, 0]),
    "extents": of_variable("table", extent=[3, 3]),
    "a rank": of_variable("rate", rank=0),
    "no rank": of_variable("gain", rank=3, extent=[1, 1]),
    "no role": of_variable("gain", role=5),
    "no kind": of_variable("gain", kind=3),
    "an input among parameters": of_variable("gain", role=2),
    "an output among inputs": of_variable("rate", role=3),
    "a parameter among inputs": of_variable("limit", role=1),
    "an input among outputs": of_variable("level", role=2),
    "across the blocks": of_variable("warmth", rank=1, count=2, extent=[2, 0]),
    "beyond the interface": of_variable("steps", rank=1, count=BEYOND, extent=[BEYOND, 0]),
    "a name": of_variable("gain", name=BEYOND),
    "a unit": of_variable("gain", unit=BEYOND),
    "too few variables": drop_last,
    "the first piece": change("refusals", BEYOND, 0, "first"),
    "too many pieces": change("refusals", BEYOND, -1, "count"),
    "one piece too many": change("refusals", 5, -1, "count"),
    "a literal": change("pieces", BEYOND, 0, "literal"),
    "a form": change("pieces", 4, 0, "form"),
    "digits": change("pieces", 100, 0, "digits"),
    "a place": change("pieces", 36, 0, "place"),
}


@pytest.mark.parametrize("what", CONTRADICTIONS)
def test_tables_that_contradict_themselves_are_refused(new, tmp_path, what):
    forged = take_apart(toy_tables())
    CONTRADICTIONS[what](forged)
    assert refusal_of(new, tmp_path, forged.content()) == "it contradicts itself"


def test_forged_tables_without_a_contradiction_are_taken(new, tmp_path):
    forged = take_apart(toy_tables())
    assert forged.content() == toy_tables()
    forged.pieces["place"][0] = 35
    of_variable("gain", max=3.0)(forged)
    importer = new(resources=write_tables(tmp_path, forged.content()))
    assert importer.set("Real", [GAIN], [4.0]) == ERROR
    assert importer.messages == ["gain = 4 is not within [0, 3]; nothing was set"]


@pytest.mark.parametrize(
    ("reference", "value", "words"),
    [
        (TWIN, 2.0, "twin = 2 K is not within [200, 500] K"),
        (GAIN, math.nan, "gain = nan is not finite and within [0, 10]"),
        (WARMTH, 2.0, "warmth = 2 K is not within [200, 500] K"),
    ],
)
def test_start_values_are_checked(new, tmp_path, reference, value, words):
    forged = take_apart(toy_tables())
    forged.start[reference] = value
    assert refusal_of(new, tmp_path, forged.content()) == words
