"""Model descriptions that strangers wrote: a line about what is wrong, before anything large is made."""

import random
import time
import tracemalloc

import pytest

from packfmu.core.errors import InputError
from packfmu.core.model import Update
from packfmu.cosim.fmu.interface import read_interface
from packfmu.fmi.build import Form, build_parts
from packfmu.pack.block import all_parts
from packfmu.pack.file import Pack
from tests.cosim.fmu.strangers import GOOD, HEAD, annotated, archive, description, entry, scalar

MEBIBYTE = 2**20

LAUGHS = (
    "<!DOCTYPE lolz [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefghi", "bcdefghij", strict=True))
    + "]>"
)


def parameter(attributes, kind="Real"):
    return description(scalar("gain", 7, attributes, kind, "parameter", "fixed"))


HOSTILE = {
    "index": (
        description(scalar("x[99999999999999999999999]")),
        "variable x[99999999999999999999999] has an index beyond 32 numbers of 9 digits",
    ),
    "extent": (
        description(scalar("heat_rate[400000000]")),
        "the elements of heat_rate do not make a complete array that counts from 1",
    ),
    "axes": (
        description(scalar(f"x[{','.join(['1'] * 40)}]")),
        "variable x[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1... has an index beyond 32 numbers",
    ),
    "reference": (
        description(scalar("x", 2**40)),
        "variable 'x' has valueReference=\"1099511627776\"; it must be an integer from 0 to 4294967295",
    ),
    "negative reference": (description(scalar("x", -1)), "variable 'x' has valueReference=\"-1\"; it must be"),
    "no reference": (description(scalar("x", "&#10;")), "variable 'x' has valueReference=\"\"; it must be"),
    "long reference": (description(scalar("x", "9" * 5000)), 'valueReference="99999'),
    "no type": (
        description('<ScalarVariable name="x" valueReference="0"/>'),
        "variable 'x' has no type; one of Boolean, Enumeration, Integer, Real, String is needed",
    ),
    "start": (parameter('start="abc"'), 'variable gain: start = "abc" is no Real number'),
    "start nan": (parameter('start="NaN"'), 'variable gain: start = "NaN" is no Real number'),
    "start inf": (parameter('start="INF"'), "start of variable gain = inf is not finite and within [-inf, inf]"),
    "start beyond": (
        parameter('start="7" max="5" unit="A"'),
        "start of variable gain = 7 A is not within [-inf, 5] A",
    ),
    "start beyond int32": (
        parameter('start="3000000000"', "Integer"),
        "start of variable gain = 3e+09 is not within [-2.14748365e+09, 2.14748365e+09]",
    ),
    "start not whole": (parameter('start="0.5"', "Integer"), "is not a whole number within"),
    "start of truth": (parameter('start="maybe"', "Boolean"), 'variable gain: start = "maybe" is no Boolean number'),
    "start of input": (description(scalar("x", attributes='start="abc"')), 'variable x: start = "abc" is no Real'),
    "start of input inf": (description(scalar("x", attributes='start="-INF"')), "start of variable x = -inf is not"),
    "start of input beyond int32": (
        description(scalar("x", 0, 'start="3000000000" max="2"', "Integer")),
        "start of variable x = 3e+09 is not within [-2.14748365e+09, 2.14748365e+09]",
    ),
    "no start within": (description(scalar("x", attributes='min="INF"')), "start of variable x = inf is not finite"),
    "clash": (
        description(scalar("x[2]", 0), scalar("x[2][1]", 1)),
        "variable x[2] has elements of its own; names are unique",
    ),
    "claim": (
        description(scalar("x[1,1]", 0), scalar("x[1,1001]", 1)),
        "the elements of x do not make a complete array that counts from 1",
    ),
    "min": (parameter('start="1" min="low"'), 'variable gain: min = "low" is no Real number'),
    "min over max": (parameter('start="1" min="2" max="1"'), "variable gain: min = 2 is not below max = 1"),
    "min over max of output": (
        description(scalar("x", 0, 'min="2" max="1"', causality="output")),
        "variable x: min = 2 is not below max = 1",
    ),
    "unit": (parameter('start="1" unit="A&#10;error"'), "unit 'A\\nerror' has letters that do not print"),
    "twice": (description(scalar("x[1]", 0), scalar("x[01]", 1)), "variable x[01] is there twice; names are unique"),
    "set by one": (
        description(scalar("x", 3), scalar("y", 3)),
        "variables x and y are set by one valueReference 3",
    ),
    "name": (description(scalar("x&#10;error: y")), "the name of variable 'x\\nerror: y' has letters that do not"),
    "method": (
        description(scalar("x"), added=annotated('<Update method="magic"/>')),
        "update method 'magic' of packfmu is none of exact, implicit, explicit",
    ),
    "tolerance": (
        description(scalar("x"), added=annotated('<Variable name="x" holdTolerance="wide"/>')),
        'x: holdTolerance = "wide" must be finite, at least 0',
    ),
    "sensitivity": (
        description(scalar("x"), added=annotated('<Variable name="x" sensitivity="y"/>')),
        "x: sensitivity 'y' is no output",
    ),
    "dimension": (
        description(scalar("x"), added=annotated('<Variable name="x" dimension="time"/>')),
        "x: dimension 'time' is no identifier other than time",
    ),
    "identifier": (
        description(scalar("x"), identifier="../../../outside"),
        "modelIdentifier '../../../outside' names a library, and must be an identifier of C",
    ),
    "long identifier": (description(scalar("x"), identifier="a" * 1000), "of at most 200 letters"),
    "no guid": (description(scalar("x"), guid=""), "it has no guid, which FMI 2.0 demands"),
    "version": (description(scalar("x"), version="3.0"), "FMI 3.0; FMI 2.0 for co-simulation is needed"),
    "laughs": (
        description(scalar("x", attributes='description="&j;"'), head=HEAD + LAUGHS),
        "its modelDescription.xml declares a document type 'lolz', which FMI has none of",
    ),
    "deep": (
        description(scalar("x"), added="<a>" * 100_000 + "</a>" * 100_000),
        "its modelDescription.xml has more than 64 levels of elements",
    ),
    "no variables": (GOOD.replace("ModelVariables", "Nothing"), "it has no ModelVariables, which FMI 2.0 demands"),
}


@pytest.mark.parametrize(("text", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_one_line_names_the_file_the_thing_and_the_bound(text, reason, tmp_path):
    path = archive(tmp_path / "Model.fmu", text=text)
    tracemalloc.start()
    try:
        with pytest.raises(InputError) as error:
            read_interface(path)
        assert tracemalloc.get_traced_memory()[1] < 16 * MEBIBYTE
    finally:
        tracemalloc.stop()
    message = str(error.value)
    assert message.startswith(f"{path}: ")
    assert reason in message
    assert message.isprintable()
    assert len(message) < len(str(path)) + 300


@pytest.mark.parametrize(
    ("filler", "reason"),
    [("<!---->" * 4_000_001, "40000[0-9]+ tags; at most 4000000"), ("=" * 16_000_001, " attributes; at most 16000000")],
    ids=["tags", "attributes"],
)
def test_a_description_that_would_fill_the_memory_is_not_parsed(filler, reason, tmp_path):
    text = description(scalar("x"), added=f"<a>{filler}</a>")
    path = archive(tmp_path / "Model.fmu", (entry("resources/random"), random.randbytes(2**18)), text=text)
    begun = time.perf_counter()
    with pytest.raises(InputError, match=reason):
        read_interface(path)
    assert time.perf_counter() - begun < 20.0  # to parse it takes longer, and gigabytes


def test_what_nothing_is_wrong_with_is_read(tmp_path):
    description, ports, annotation = read_interface(archive(tmp_path / "Model.fmu"))
    assert description.identifier == "Model"
    assert annotation.update is Update.EXACT
    assert {name: port.references.tolist() for name, port in ports.items()} == {
        "flow": [1, 2], "level": [3], "gain": [4], "mode": [5], "enable": [6],
    }  # fmt: skip
    assert ports["gain"].start.tolist() == [2.0]
    assert (ports["gain"].min, ports["gain"].max, ports["gain"].nominal) == (0.0, 5.0, 3.0)
    assert ports["enable"].start.tolist() == [1.0]
    assert (ports["level"].hold_tolerance, ports["level"].dimension) == (0.5, "cell")


def test_outputs_may_be_aliases_of_what_is_set(tmp_path):
    text = description(scalar("x", 3), scalar("y", 3, "", causality="output"), scalar("z", 3, 'start="1"', "Integer"))
    assert set(read_interface(archive(tmp_path / "Model.fmu", text=text))[1]) == {"x", "y", "z"}


@pytest.mark.parametrize("detail", ["group", "pack"])
def test_our_own_block_is_read_whatever_its_detail_leaves_out(detail, tmp_path):
    tables = {
        "pack": {"series": 3, "parallel": 2},
        "cell": {"parameters": "nissan_leaf_2013"},
        "bms": {},
        "balancer": {"converter": "flyback"},
        "aging": {"parameters": "nissan_leaf_aging"},
        "outputs": {"detail": detail},
    }
    pack = Pack.model_validate(tables)
    block = [part for part in all_parts(pack) if part.name == "Pack"]
    built = build_parts(block, tmp_path, pack.outputs.detail, Form.PYTHON, ())
    assert read_interface(built["Pack"])[1]["soc_shift"].shifts == "soc"
