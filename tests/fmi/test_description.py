"""modelDescription.xml and terminalsAndIcons.xml, parsed."""

import dataclasses
from pathlib import Path
from xml.etree import ElementTree

import fmpy
import pytest
from fmpy.model_description import read_model_description
from lxml import etree

from packfmu.core.variable import Count, Detail
from packfmu.fmi.definition import Definition, Terminal, TerminalKind
from packfmu.fmi.description import guid, listed, model_description
from packfmu.fmi.python.fmu import PYTHON
from packfmu.fmi.terminals import terminals_and_icons
from tests.fmi.trees import load_toy

SCHEMA = Path(fmpy.__file__).parent / "schema" / "fmi3" / "fmi3TerminalsAndIcons.xsd"


@pytest.fixture(scope="module")
def component():
    toy = load_toy(3)
    return Definition(toy.model.with_start({"rate": [1.0, 2.0, 3.0]}), toy.terminals)


@pytest.fixture(scope="module")
def root(component):
    return ElementTree.fromstring(model_description(component, PYTHON, "{x}", Detail.CELL))


def scalars(root):
    return {element.get("name"): element for element in root.iter("ScalarVariable")}


def test_it_is_valid(component, tmp_path):
    (tmp_path / "modelDescription.xml").write_bytes(model_description(component, PYTHON, "{x}", Detail.CELL))
    description = read_model_description(
        str(tmp_path), validate=True, validate_variable_names=True, validate_model_structure=True
    )
    assert description.guid == "{x}"


def test_every_scalar_is_at_its_place_in_the_memory(component, root):
    offsets = component.model.offsets()
    told = scalars(root)
    assert [int(element.get("valueReference")) for element in told.values()] == list(range(len(told)))
    assert int(told["table[2,3]"].get("valueReference")) == offsets["table"] + 5
    assert int(told["rate[1]"].get("valueReference")) == offsets["rate"]
    assert int(told["total.scaled"].get("valueReference")) == offsets["scaled"]


@pytest.mark.parametrize(
    ("name", "attributes", "kind", "typed"),
    [
        ("gain", ("parameter", "tunable", "exact"), "Real",
         {"declaredType": "Number", "min": "0.0", "max": "10.0", "nominal": "1.0", "start": "1.0"}),
        ("initial_level[2]", ("parameter", "fixed", "exact"), "Real",
         {"declaredType": "Charge_A_h", "min": "0.0", "nominal": "10.0", "start": "5.0"}),
        ("table[1,2]", ("parameter", "fixed", "exact"), "Real",
         {"declaredType": "Resistance", "min": "0.0", "nominal": "1.0", "start": "2.0"}),
        ("rate[3]", ("input", "continuous", None), "Real",
         {"declaredType": "Current", "min": "-1000.0", "max": "1000.0", "nominal": "1.0", "start": "3.0"}),
        ("enable", ("input", "discrete", None), "Boolean", {"start": "true"}),
        ("shift", ("input", "discrete", None), "Integer", {"min": "-5", "max": "5", "start": "0"}),
        ("level[1]", ("output", "continuous", "calculated"), "Real", {"declaredType": "Charge", "nominal": "10.0"}),
        ("enabled", ("output", "discrete", "calculated"), "Boolean", {}),
        ("steps", ("output", "discrete", "calculated"), "Integer", {"min": "0"}),
    ],
)  # fmt: skip
def test_variables_are_told_in_full(root, name, attributes, kind, typed):
    element = scalars(root)[name]
    assert (element.get("causality"), element.get("variability"), element.get("initial")) == attributes
    assert element[0].tag == kind
    assert element[0].attrib == typed
    assert element.get("description")


def test_the_default_experiment_has_a_tolerance(root):
    experiment = root.find("DefaultExperiment").attrib
    assert experiment["tolerance"] == "1e-06"
    assert float(experiment["stopTime"]) == 600.0 * float(experiment["stepSize"])


def test_units_have_base_and_display_units(root):
    units = {unit.get("name"): unit for unit in root.iter("Unit")}
    assert units["Ohm"].find("BaseUnit").attrib == {"kg": "1", "m": "2", "s": "-3", "A": "-2"}
    assert units["1"].find("BaseUnit").attrib == {}
    # DisplayUnit_value = factor * Unit_value + offset (FMI 2.0.4, section 2.2.2)
    celsius = units["K"].find("DisplayUnit")
    assert float(celsius.get("factor")) * 273.15 + float(celsius.get("offset")) == 0.0
    assert float(units["C"].find("DisplayUnit").get("factor")) == 1 / 3600
    used = {real.get("unit") for real in root.iter("Real")} - {None}
    assert used == set(units)


def test_outputs_have_no_feedthrough_and_are_unknown_initially(root):
    names = [element.get("name") for element in root.iter("ScalarVariable")]
    outputs = {name for name in names if scalars(root)[name].get("causality") == "output"}
    told = {names[int(unknown.get("index")) - 1]: unknown for unknown in root.iterfind("ModelStructure/Outputs/*")}
    assert set(told) == outputs
    assert {unknown.get("dependencies") for unknown in told.values()} == {""}
    initially = list(root.iterfind("ModelStructure/InitialUnknowns/*"))
    assert {names[int(unknown.get("index")) - 1] for unknown in initially} == outputs


def test_capabilities_are_those_of_the_flavour(component):
    flavour = dataclasses.replace(PYTHON, needs_execution_tool=False, max_output_derivative_order=1)
    root = ElementTree.fromstring(model_description(component, flavour, "{x}", Detail.CELL))
    flags = root.find("CoSimulation").attrib
    assert flags["needsExecutionTool"] == "false"
    assert flags["maxOutputDerivativeOrder"] == "1"
    assert flags["canSerializeFMUstate"] == "true"
    assert flags["modelIdentifier"] == "Toy"
    assert "generationDateAndTime" not in root.attrib


def test_fine_outputs_are_left_out(component):
    names = [variable.name for variable in listed(component, Detail.PACK)]
    assert "rate" in names
    assert not {"echo", "level"} & set(names)
    assert {"echo", "level"} < {variable.name for variable in listed(component, Detail.CELL)}
    terminals = etree.fromstring(terminals_and_icons(component, Detail.PACK))
    assert not [e for e in terminals.iter("TerminalMemberVariable") if e.get("variableName").startswith("level")]
    root = ElementTree.fromstring(model_description(component, PYTHON, "{x}", Detail.PACK))
    assert not [name for name in scalars(root) if name.startswith("echo")]
    assert int(scalars(root)["total"].get("valueReference")) == component.model.offsets()["total"]
    outputs = [name for name, element in scalars(root).items() if element.get("causality") == "output"]
    assert len(list(root.iterfind("ModelStructure/Outputs/*"))) == len(outputs)


def changed(component, **changes):
    first = dataclasses.replace(component.model.parameters[0], **changes)
    fields = dataclasses.replace(component.model.fields, parameters=(first, *component.model.parameters[1:]))
    model = dataclasses.replace(component.model, fields=fields)
    return Definition(model, component.terminals)


def test_what_fmi_does_not_know_is_annotated(component, root):
    (tool,) = root.findall("VendorAnnotations/Tool")
    (annotations,) = tool  # the schema of FMI 2.0 allows for a single element
    assert (tool.get("name"), annotations.find("Update").attrib) == (
        "packfmu",
        {"method": component.model.update.value},
    )
    assert annotations.findall("Variable") == []
    fields = component.model.fields
    inputs = (dataclasses.replace(fields.inputs[0], size=Count(3, "tank"), shifts="level"), *fields.inputs[1:])
    outputs = tuple(dataclasses.replace(v, slow=v.name == "level", forecast=v.name == "scaled") for v in fields.outputs)
    model = dataclasses.replace(component.model, fields=dataclasses.replace(fields, inputs=inputs, outputs=outputs))
    annotated = ElementTree.fromstring(
        model_description(Definition(model, component.terminals), PYTHON, "{x}", Detail.CELL)
    )
    assert [element.attrib for element in annotated.iterfind("VendorAnnotations/Tool/Annotations/Variable")] == [
        {"name": "rate", "dimension": "tank", "shifts": "level"},
        {"name": "level", "slow": "true"},
        {"name": "total.scaled", "forecast": "true"},
    ]


def test_the_guid_follows_interface_start_values_and_sources(component):
    one = guid(component, "sources", Detail.CELL)
    assert guid(component, "sources", Detail.CELL) == one
    others = {
        guid(changed(component, start=2.0), "sources", Detail.CELL),
        guid(component, "other", Detail.CELL),
        guid(component, "sources", Detail.PACK),
        guid(changed(component, max=11.0), "sources", Detail.CELL),
        guid(changed(component, unit="A"), "sources", Detail.CELL),
        guid(changed(component, tunable=False), "sources", Detail.CELL),
        guid(changed(component, forecast=True), "sources", Detail.CELL),
        guid(Definition(component.model, component.terminals[:1]), "sources", Detail.CELL),
    }
    assert len(others) == 8
    assert one not in others


def test_terminals_are_valid_and_name_variables(component, root):
    document = etree.fromstring(terminals_and_icons(component, Detail.CELL))
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(document)
    members = document.findall("Terminals/Terminal/TerminalMemberVariable")
    assert {member.get("variableName") for member in members} <= set(scalars(root))
    pairs = {member.get("variableName"): member.get("memberName") for member in members}
    assert pairs["rate[2]"] == "rate[2]"
    assert pairs["total.scaled"] == "more"


def test_a_terminal_that_contradicts_the_model_is_refused(component):
    with pytest.raises(KeyError, match="no variable 'nothing'"):
        Definition(component.model, (Terminal("t", TerminalKind.LOAD, ("nothing",)),))
    with pytest.raises(ValueError, match="share a name"):
        Definition(component.model, component.terminals[:1] * 2)
    with pytest.raises(ValueError, match="named twice: a"):
        Terminal("t", TerminalKind.LOAD, ("x", "y"), ("a", "a"))
    with pytest.raises(ValueError, match="1 member names for 2 members"):
        Terminal("t", TerminalKind.LOAD, ("x", "y"), ("a",))
