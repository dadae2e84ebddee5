"""Pack.ssp and OspSystemStructure.xml: what is in them, by FMPy's reader, the SSP schema and lxml."""

import io
import zipfile

import pytest
from fmpy import read_model_description
from fmpy.ssp.ssd import ns, read_ssd, validate_tree
from lxml import etree

from packfmu.core.errors import InputError
from packfmu.fmi.build import Form
from packfmu.pack.cells.chosen import Cell
from packfmu.pack.file import Arrangement, Outputs
from packfmu.pack.fmus import build_pack, fmu_pack
from packfmu.pack.ssp import PARAMETER_SET, write_system

COMPONENTS = ("PackNetwork", "Cell", "Balancer", "Thermal")
OSP = {"osp": "http://opensimulationplatform.com/MSMI/OSPSystemStructure"}
HINT = {**ns, "osp": "http://opensimulationplatform.com/SSP/OSPAnnotations"}
STEPS = {"PackNetwork": 1.0, "Cell": 1.0, "Balancer": 10.0, "Thermal": 10.0}
CELLS, GROUPS = 6, 3


def paths(folder):
    return {name: folder / f"{name}.fmu" for name in COMPONENTS}


@pytest.fixture(scope="module")
def written(small_pack, fmus, tmp_path_factory):
    return write_system(small_pack, paths(fmus), tmp_path_factory.mktemp("system"))


@pytest.fixture(scope="module")
def package(written):
    with zipfile.ZipFile(written[0]) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def connected(written):
    """Return the structure of PackSystem.ssp."""
    with zipfile.ZipFile(written[2]) as archive:
        return etree.fromstring(archive.read("SystemStructure.ssd"))


@pytest.fixture(scope="module")
def structure(package):
    return etree.fromstring(package["SystemStructure.ssd"])


@pytest.fixture(scope="module")
def osp(written):
    return etree.parse(written[1]).getroot()


def wires(structure):
    """Return each connection of the package: element and connector at its start, and at its end."""
    ends = ("startElement", "startConnector", "endElement", "endConnector")
    return [tuple(map(c.get, ends)) for c in structure.iterfind(".//ssd:Connection", ns)]


def scalar_wires(system):
    """Return the same of a pack, by the scalars of its ports in their order."""
    found = []
    for connection in system.connections:
        (source, output), (target, driven) = connection.source, connection.target
        port = system.port(connection.source)
        indices = [f"[{k + 1}]" for k in range(port.count)] if port.shape else [""]
        found += [(source, output + index, target, driven + index) for index in indices]
    return found


def test_the_package_fits_the_schemas_and_holds_what_it_names(written, package, fmus):
    found = read_ssd(str(written[0]))  # validates
    assert (found.name, found.version) == ("Pack", "1.0")
    assert [component.name for component in found.system.elements] == list(COMPONENTS)
    assert found.system.connectors == []
    for component in found.system.elements:
        assert package[component.source] == (fmus / f"{component.name}.fmu").read_bytes()
        (binding,) = component.parameterBindings
        values = etree.parse(io.BytesIO(package[binding.source]))
        validate_tree(values.getroot(), "SystemStructureParameterValues.xsd")
        assert values.getroot().get("name") == PARAMETER_SET


def test_the_larger_package_has_connectors_of_the_system_and_is_the_same_but_for_them(written, package, connected):
    found = read_ssd(str(written[2]))  # validates
    kinds = {connector.name: connector.kind for connector in found.system.connectors}
    load = {"load_mode", "pack_current", "pack_power", "voltage_limit"}
    load |= {"charge_current_limit", "discharge_current_limit", "restart_charge"}
    inputs = {*load, "ambient_temperature", "coolant_temperature", "enable", "soc_trusted"}
    assert {name for name, kind in kinds.items() if kind == "input"} == inputs
    outputs = {"pack_voltage", "pack_current_actual", "pack_soc", "undervoltage", "overvoltage", "overcurrent"}
    limits = {"maximum_discharge_power", "voltage_minimum", "voltage_maximum", "temperature_maximum", "charge_complete"}
    assert {name for name, kind in kinds.items() if kind == "output"} >= outputs | limits
    with zipfile.ZipFile(written[2]) as archive:
        assert {name: archive.read(name) for name in archive.namelist() if name != "SystemStructure.ssd"} == {
            name: content for name, content in package.items() if name != "SystemStructure.ssd"
        }


def test_connectors_of_the_system_lead_to_connectors_of_their_kind_and_type(connected):
    system = connected.find("ssd:System", ns)
    types = {
        (owner.get("name"), connector.get("name")): (connector.get("kind"), etree.QName(connector[0]).localname)
        for owner in (system, *system.iterfind(".//ssd:Component", ns))
        for connector in owner.iterfind("ssd:Connectors/ssd:Connector", ns)
    }
    outer = {name for owner, name in types if owner == "Pack"}
    led = [wire for wire in wires(connected) if None in (wire[0], wire[2])]
    assert sorted(wire[1] if wire[0] is None else wire[3] for wire in led) == sorted(outer)
    for source, output, target, driven in led:
        own, inner = (output, (target, driven)) if source is None else (driven, (source, output))
        assert types["Pack", own] == types[inner]
        assert types["Pack", own][0] == ("input" if source is None else "output")


def test_an_input_of_the_system_is_driven_by_nothing_else(connected):
    targets = [(target, driven) for _, _, target, driven in wires(connected) if target is not None]
    assert len(targets) == len(set(targets))


def test_prefixes_are_those_that_simple_readers_look_for(package):
    text = package["SystemStructure.ssd"].decode()
    for tag in ("ssd:System ", "ssd:Component ", "ssd:Connector ", "ssc:Real", "osp:StepSizeHint ", "ssd:Connection "):
        assert f"<{tag}" in text
    assert "<ssv:ParameterSet " in package["resources/Cell.ssv"].decode()


def test_every_input_and_output_is_a_connector_of_its_kind(structure, fmus):
    for component in structure.iterfind(".//ssd:Component", ns):
        description = read_model_description(str(fmus / f"{component.get('name')}.fmu"))
        expected = {(v.name, v.causality, v.type) for v in description.modelVariables if v.causality != "parameter"}
        connectors = component.findall("ssd:Connectors/ssd:Connector", ns)
        assert {(c.get("name"), c.get("kind"), etree.QName(c[0]).localname) for c in connectors} == expected
        assert len(connectors) == len(expected)


def test_scalars_are_joined_as_the_ports_of_the_pack(structure, osp, fmus):
    expected = scalar_wires(fmu_pack(fmus))
    assert len(expected) == 7 * CELLS + 4 * GROUPS + 4
    assert wires(structure) == expected
    pairs = [connection.findall("osp:Variable", OSP) for connection in osp.iterfind(".//osp:VariableConnection", OSP)]
    ends = [(a.get("simulator"), a.get("name"), b.get("simulator"), b.get("name")) for a, b in pairs]
    assert ends == expected


def test_parameters_are_those_of_the_fmus_but_the_lookahead_is_the_whole_period(package, osp, fmus):
    changed = {}
    for name in COMPONENTS:
        description = read_model_description(str(fmus / f"{name}.fmu"))
        start = {v.name: (v.type, v.start) for v in description.modelVariables if v.start is not None}
        parameters = etree.fromstring(package[f"resources/{name}.ssv"]).findall(".//ssv:Parameter", ns)
        given = {p.get("name"): (etree.QName(p[0]).localname, p[0].get("value")) for p in parameters}
        values = osp.findall(f".//osp:Simulator[@name='{name}']//osp:InitialValue", OSP)
        assert {v.get("variable"): (etree.QName(v[0]).localname, v[0].get("value")) for v in values} == given
        changed |= {f"{name}.{key}": value for key, value in given.items() if value != start[key]}
    assert changed == {"Cell.lookahead": ("Real", "1.0")}


def test_what_another_component_drives_is_no_parameter(package, structure):
    driven = {(target, name) for _, _, target, name in wires(structure)}
    for component in COMPONENTS:
        for parameter in etree.fromstring(package[f"resources/{component}.ssv"]).iterfind(".//ssv:Parameter", ns):
            assert (component, parameter.get("name")) not in driven


def test_steps_are_the_periods_of_the_layers(structure, osp):
    hints = {
        component.get("name"): float(component.find(".//osp:StepSizeHint", HINT).get("value"))
        for component in structure.iterfind(".//ssd:Component", ns)
    }
    assert hints == STEPS
    assert {s.get("name"): float(s.get("stepSize")) for s in osp.iterfind(".//osp:Simulator", OSP)} == STEPS
    assert structure.find(".//osp:FixedStepAlgorithm", HINT).get("baseStepSize") == "1.0"
    assert osp.findtext("osp:BaseStepSize", namespaces=OSP) == "1.0"


def test_the_fmus_lie_beside_the_osp_file(written, osp, fmus):
    sources = {s.get("name"): s.get("source") for s in osp.iterfind(".//osp:Simulator", OSP)}
    assert list(sources) == list(COMPONENTS)
    for name, source in sources.items():
        assert (written[1].parent / source).read_bytes() == (fmus / f"{name}.fmu").read_bytes()


def test_equal_arguments_give_equal_bytes(written, small_pack, fmus, tmp_path):
    backwards = dict(reversed(paths(fmus).items())) | {"Pack": tmp_path / "not_there.fmu"}
    again = write_system(small_pack, backwards, tmp_path / "new" / "folder")
    for first, second in zip(written, again, strict=True):
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    "cell",
    [{"parameters": "nissan_leaf_2013"}, *({"parameters": "chen_2020", "model": m} for m in ("spm", "dfn"))],
    ids=str,
)
def test_coarse_fmus_still_have_all_that_is_joined(cell, small_pack, tmp_path):
    """Of cells of physics, too."""
    pack = small_pack.model_copy(update={"outputs": Outputs(detail="pack"), "cell": Cell(**cell)})
    built = build_pack(pack, tmp_path, Form.PYTHON)
    ssp, *_ = write_system(pack, built, tmp_path)
    assert len(read_ssd(str(ssp)).system.elements) == len(built)
    names = {name: {v.name for v in read_model_description(str(p)).modelVariables} for name, p in built.items()}
    assert "voltage[1]" not in names["Cell"]
    for source, output, target, driven in wires(etree.fromstring(zipfile.ZipFile(ssp).read("SystemStructure.ssd"))):
        assert output in names[source]
        assert driven in names[target]


def test_nothing_is_replaced_when_something_cannot_be_written(small_pack, fmus, tmp_path):
    (tmp_path / "Pack.ssp").write_text("former")
    (tmp_path / "osp" / "OspSystemStructure.xml").mkdir(parents=True)
    with pytest.raises(InputError, match=r"OspSystemStructure\.xml cannot be written: it is a folder"):
        write_system(small_pack, paths(fmus), tmp_path)
    assert (tmp_path / "Pack.ssp").read_text() == "former"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["OspSystemStructure.xml", "Pack.ssp", "osp"]


def test_a_missing_fmu_is_named(small_pack, fmus, tmp_path):
    given = paths(fmus)
    del given["Thermal"]
    with pytest.raises(InputError, match=r"the system needs Thermal\.fmu; it was given PackNetwork, Cell, Balancer"):
        write_system(small_pack, given, tmp_path)


def test_fmus_of_another_pack_are_refused(small_pack, fmus, tmp_path):
    larger = small_pack.model_copy(update={"pack": Arrangement(series=4, parallel=2)})
    with pytest.raises(InputError, match=r"PackNetwork\.capacity: values of shape \(8,\) do not fit \(6,\)"):
        write_system(larger, paths(fmus), tmp_path)
    assert list(tmp_path.iterdir()) == []
