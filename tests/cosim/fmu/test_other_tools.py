"""What tools write that differs from what we write, or from the letter of FMI 2.0: it is read where it does no harm."""

import math

import pytest

from packfmu.core.variable import Causality
from packfmu.cosim.fmu.interface import read_interface
from tests.cosim.fmu.strangers import archive, description, scalar


def output(name, reference=0, attributes="", kind="Real"):
    return scalar(name, reference, attributes, kind, "output")


def local(name, reference=0, attributes=""):
    return scalar(name, reference, attributes, causality="local")


def parameter(name, reference=0, attributes='start="1"', causality="parameter"):
    return scalar(name, reference, attributes, causality=causality, variability="fixed")


@pytest.fixture
def read(tmp_path):
    return lambda *variables: read_interface(archive(tmp_path / "Model.fmu", text=description(*variables)))[1]


def test_an_fmu_as_other_tools_write_them_is_read(read):
    """Names of Modelica, an array of which a part is known, and variables that are nobody's affair."""
    ports = read(
        '<ScalarVariable name="time" valueReference="0" causality="independent"><Real/></ScalarVariable>',
        output("tank.level", 1, 'unit="m" nominal="0"'),
        '<ScalarVariable name="der(tank.level)" valueReference="2"><Real derivative="2"/></ScalarVariable>',
        local("x[400000000]", 3, 'start="NaN" min="2" max="1"'),
        local("x[2]", 4),
        local("x[2]", 4),
        output("pipe[2].flow[1]", 5),
        output("pipe[2].flow[2]", 6),
        parameter("k[1]", 7),
        parameter("k[2]", 8, "", "calculatedParameter"),
        parameter("k[3]", 9, 'start="3"'),
        scalar("valve", 10, "", "Boolean", variability="discrete"),
        scalar("message", 11, 'start=""', "String", variability="discrete"),
    )
    assert {name: (port.causality, port.references.tolist(), port.start.tolist()) for name, port in ports.items()} == {
        "tank.level": (Causality.OUTPUT, [1], [pytest.approx(math.nan, nan_ok=True)]),
        "pipe[2].flow": (Causality.OUTPUT, [5, 6], [pytest.approx(math.nan, nan_ok=True)] * 2),
        "k[1]": (Causality.PARAMETER, [7], [1.0]),
        "k[3]": (Causality.PARAMETER, [9], [3.0]),
        "valve": (Causality.INPUT, [10], [0.0]),
    }
    assert all(port.shape == () for name, port in ports.items() if name != "pipe[2].flow")


@pytest.mark.parametrize("causality", ["local", "calculatedParameter"])
def test_only_parameters_inputs_and_outputs_are_ports(causality, read):
    hostile = 'start="abc" nominal="0" min="2" max="1" unit="&#10;"'
    others = [scalar(name, 2, hostile, "Real", causality, "fixed") for name in ("x", "x[2]", "&#10;")]
    assert list(read(output("y", 1), *others)) == ["y"]


@pytest.mark.parametrize(
    ("told", "nominal"),
    [("-5", 5.0), ("0", 1.0), ("NaN", 1.0), ("INF", 1.0), ("-1e400", 1.0), ("abc", 1.0), ("1e-3", 1e-3)],
)
@pytest.mark.parametrize("make", [output, scalar, parameter])
def test_a_nominal_value_is_a_magnitude_and_1_where_it_is_none(make, told, nominal, read):
    assert read(make("y", 1, f'start="1" nominal="{told}"'))["y"].nominal == nominal


@pytest.mark.parametrize(
    ("attributes", "start"),
    [("", 0.0), ('min="2"', 2.0), ('max="-3"', -3.0), ('min="-1" max="1"', 0.0), ('start="0" min="1"', 0.0)],
)
@pytest.mark.parametrize("kind", ["Real", "Integer"])
def test_an_input_starts_as_the_fmu_does_and_else_next_to_nought(attributes, start, kind, read):
    assert read(scalar("x", 1, attributes, kind))["x"].start.tolist() == [start]


def test_inputs_without_start_in_an_array_get_one_each(read):
    ports = read(scalar("x[1]", 1, 'start="5"'), scalar("x[2]", 2, 'min="2"'), scalar("x[3]", 3, 'max="-1"'))
    assert ports["x"].start.tolist() == [5.0, 2.0, -1.0]
    assert (ports["x"].min, ports["x"].max) == (-math.inf, math.inf)


def test_elements_are_judged_by_their_own_bounds(read):
    ports = read(parameter("k[1]", 1, 'start="1" min="0" max="2"'), parameter("k[2]", 2, 'start="5" min="4" max="6"'))
    assert (ports["k"].start.tolist(), ports["k"].min, ports["k"].max) == ([1.0, 5.0], 0.0, 6.0)


@pytest.mark.parametrize("told", ["INF", "-INF", "NaN", "abc", "1e400"])
@pytest.mark.parametrize("kind", ["Real", "Integer", "Boolean"])
def test_the_start_of_an_output_is_a_number_or_unknown(told, kind, read):
    assert math.isnan(read(output("y", 1, f'start="{told}"', kind))["y"].start.item())
    assert read(output("y", 1, 'start="1" max="0"', kind))["y"].start.item() == 1.0


def test_spaces_of_any_kind_in_units_are_plain_ones(read):
    port = read(output("y", 1, 'unit="m\u00a0s" displayUnit="1\u2009%"'))["y"]
    assert (port.unit, port.display_unit) == ("m s", "1 %")


SCATTERED = {
    "alone": [output("x[2]", 1)],
    "from nought": [scalar("x[0]", 1), scalar("x[1]", 2)],
    "gap": [output("x[1]", 1), output("x[3]", 2)],
    "scalar beside": [output("x", 1), output("x[1]", 2)],
    "other axes": [output("x[1]", 1), output("x[1,1]", 2)],
    "far": [output("x[1000]", 1)],
    "units": [parameter("x[1]", 1, 'start="1" unit="m"'), parameter("x[2]", 2, 'start="1" unit="s"')],
    "types": [output("x[1]", 1), output("x[2]", 2, "", "Integer")],
    "causalities": [output("x[1]", 1), parameter("x[2]", 2)],
}


@pytest.mark.parametrize("variables", SCATTERED.values(), ids=SCATTERED)
def test_elements_that_make_no_array_are_ports_of_their_own(variables, read):
    ports = read(*variables)
    names = [variable.split('"')[1] for variable in variables]
    assert sorted(ports) == sorted(names)
    assert [ports[name].references.tolist() for name in names] == [[n + 1] for n in range(len(names))]
    assert {port.shape for port in ports.values()} == {()}


def test_a_large_description_may_scatter_its_elements_farther(read):
    assert "x[1500]" in read(output("x[1500]", 0), *(local(f"y{n}", n) for n in range(1500)))
