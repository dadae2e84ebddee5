"""A pack as a system that other masters open, with its FMUs: Pack.ssp, PackSystem.ssp and OspSystemStructure.xml.

``Pack.ssp`` is a package after System Structure and Parameterization 1.0 (Modelica Association, 2019), in the subset
that every tool reads: one flat system without connectors of its own, components that are called by identifiers,
namespace prefixes ``ssd``, ``ssc``, ``ssv`` and ``osp`` to the letter, every scalar input and output a connector, one
connection a scalar, and one parameter set a component, named `PARAMETER_SET`, in ``resources/NAME.ssv``.
``PackSystem.ssp`` is the same with connectors of the system, to be put into a larger one: the inputs that nothing
drives, and the outputs of the whole pack, both by the names that they have in ``Pack.fmu``.
``osp/OspSystemStructure.xml`` describes the same system to tools of the Open Simulation Platform; the FMUs
lie beside it.

Exchange
--------
A foreign master lets all components step and then hands all outputs on (Jacobi), so that each component takes what
the others had at the beginning of the step. For that the Thévenin equivalents of the cells look one whole electrical
period ahead: `lookahead` is the period here, and stays the start value of half of it in the FMUs, which is right for
our own master. A master that applies no parameter sets wants `Cell.lookahead` set to its step by hand.

PackNetwork and Cell step by the electrical period of the pack file, Balancer by the control period, Thermal by the
thermal period, Aging, where the pack has it, by the aging period: these are hints. libcosim and ecos then step a slower
component over the whole of its own step at the beginning of that, with the values of that instant; libcosim hands on
what it computed at the end of its step, ecos at once. So ``Cell.heat_rate`` is sampled where our master averages it,
and energy crosses that boundary unchanged only while the heat rate stays the same. Equal periods in the pack file's
``[schedule]`` avoid that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.duration import seconds
from ..core.errors import InputError
from ..core.variable import Causality, DataType, Detail
from ..cosim.fmu.component import fmu_component
from ..cosim.opening import LOOKAHEAD
from ..coupling.block.taps import Summary
from ..coupling.operations import endpoint
from ..coupling.port import Port
from ..coupling.system import Component, System
from ..fmi.archive import write_archive
from ..fmi.description import STEPS
from ..fmi.files import Drafts, replacing_together
from ..fmi.xml_file import xml_file
from ..fmus.pack import BMS_TAPS, RUNAWAY_TAPS, TAPS, WIRED_TAPS
from .block import periods
from .file import Pack
from .parts import parts
from .topology import OF_CIRCUITS, PACK_LAYERS, pack_system

Element = ElementTree.Element
SubElement = ElementTree.SubElement

PARAMETER_SET = "Pack"
"""Name of the parameter set of each component; ecos applies a set only when it is named."""

PER_STEP = (Summary.INTEGRAL, Summary.RATE)
"""What a component tells of its own step only, and ``Pack.fmu`` of a communication step."""

SSP_VERSION, OSP_VERSION = "1.0", "0.1"
OSP_ANNOTATION = "com.opensimulationplatform"

_SSP = "http://ssp-standard.org/SSP1/SystemStructure"
_PREFIXES = {
    "xmlns:ssd": f"{_SSP}Description",
    "xmlns:ssc": f"{_SSP}Common",
    "xmlns:ssv": f"{_SSP}ParameterValues",
    "xmlns:osp": "http://opensimulationplatform.com/SSP/OSPAnnotations",
}
_OSP = "http://opensimulationplatform.com/MSMI/OSPSystemStructure"


@dataclass(frozen=True, eq=False)
class _Member:
    """A component, its step [s], and the start values of its parameters and of inputs that nothing drives."""

    component: Component
    step: float
    start: Mapping[str, NDArray[np.float64]]

    def ports(self, *causalities: Causality) -> Iterator[Port]:
        """Yield its ports of these causalities, inputs before outputs."""
        for causality in causalities:
            yield from (port for port in self.component.ports.values() if port.causality is causality)

    def values(self) -> Iterator[tuple[str, DataType, str]]:
        """Yield name, kind and text of each scalar start value."""
        for name, values in self.start.items():
            port = self.component.ports[name]
            for scalar, value in zip(_scalars(port), values, strict=True):
                yield scalar, port.data_type, _literal(port.data_type, float(value))


@dataclass(frozen=True)
class _Outer:
    """A connector of the system: its name, and the connector of a component that it stands for."""

    name: str
    component: str
    variable: str
    port: Port


def write_system(pack: Pack, fmus: Mapping[str, Path], output: Path) -> tuple[Path, Path, Path]:
    """Write the system of a pack for other masters.

    Equal arguments give equal bytes. Files that are there are replaced once all new ones have been written.

    Parameters
    ----------
    pack : Pack
        A checked pack file.
    fmus : mapping of str to Path
        The .fmu file of each component, of any flavour and detail, built from this pack file; others are left out.
    output : Path
        The folder to write to; missing folders are made.

    Returns
    -------
    (Path, Path, Path)
        ``Pack.ssp``, ``osp/OspSystemStructure.xml`` and ``PackSystem.ssp``.

    Raises
    ------
    InputError
        When an FMU is missing, cannot be read or does not fit the others, or a file cannot be written.
    """
    with replacing_together() as draft_of:
        return draft_system(pack, fmus, output, draft_of)


def draft_system(pack: Pack, fmus: Mapping[str, Path], output: Path, draft_of: Drafts) -> tuple[Path, Path, Path]:
    """Write the system of a pack into drafts, of `replacing_together`, and return their places; see `write_system`."""
    system, members = _members(pack, fmus)
    content = {f"{member.component.name}.fmu": fmus[member.component.name].read_bytes() for member in members}
    package = {f"resources/{name}": fmu for name, fmu in content.items()}
    package |= {f"resources/{m.component.name}.ssv": _parameter_set(m) for m in members if m.start}
    flat, connected = ({"SystemStructure.ssd": _system_structure(system, members, o)} for o in ((), _outer(system)))
    content["OspSystemStructure.xml"] = _osp_system_structure(system, members)
    ssp, osp, larger = output / "Pack.ssp", output / "osp", output / "PackSystem.ssp"
    for path, structure in ((ssp, flat), (larger, connected)):
        write_archive(draft_of(path), package | structure)
    for name, data in content.items():
        draft_of(osp / name).write_bytes(data)
    return ssp, osp / "OspSystemStructure.xml", larger


def _members(pack: Pack, fmus: Mapping[str, Path]) -> tuple[System, tuple[_Member, ...]]:
    """Return the system, in whose order the components stand in the files, and its components."""
    given: dict[str, Mapping[str, ArrayLike]] = {part.name: part.start for part in parts(pack)}
    for name in given:
        if name not in fmus:
            raise InputError(f"the system needs {name}.fmu; it was given {', '.join(fmus) or 'none'}")
    system = pack_system([fmu_component(name, PACK_LAYERS[name], fmus[name]) for name in given])
    driven = {connection.target for connection in system.connections}
    steps = periods(pack.schedule)
    members = []
    for component in system.components:
        name, start = component.name, dict(given[component.name])
        if LOOKAHEAD in start:
            start[LOOKAHEAD] = seconds(pack.schedule.electrical)
        values = {
            key: component.port(key).values(f"{name}.{key}", value)
            for key, value in sorted(start.items())
            if (name, key) not in driven
        }
        members.append(_Member(component, seconds(steps[component.layer]), values))
    return system, tuple(members)


def _outer(system: System) -> Sequence[_Outer]:
    """Return the connectors that a system has where it is part of a larger one."""
    driven = {connection.target for connection in system.connections}
    inputs = [
        (port.name, (component.name, port.name))
        for component in system.components
        for port in component.ports.values()
        if port.causality is Causality.INPUT and (component.name, port.name) not in driven
        if not port.shape or port.name in OF_CIRCUITS
    ]
    names = {component.name: component.ports for component in system.components}
    told = (*TAPS, *BMS_TAPS, *WIRED_TAPS, *RUNAWAY_TAPS)
    taps = [tap for tap in told if tap.detail is Detail.PACK and tap.summary not in PER_STEP]
    outputs = [(tap.name, endpoint(tap.source.replace("Meter.", "PackNetwork."))) for tap in taps]  # no FMU meters
    return [
        _Outer(name, component, variable, port)
        for label, (component, own) in inputs + outputs
        if own in names.get(component, ())
        for port in (names[component][own],)
        for name, variable in zip(_scalars(port, label), _scalars(port), strict=True)
    ]


def _system_structure(system: System, members: Sequence[_Member], outer: Sequence[_Outer]) -> bytes:
    """Return the content of SystemStructure.ssd."""
    root = Element("ssd:SystemStructureDescription", {**_PREFIXES, "name": "Pack", "version": SSP_VERSION})
    parent = SubElement(root, "ssd:System", name="Pack", description="Battery pack")
    if outer:
        connectors = SubElement(parent, "ssd:Connectors")
        for each in outer:
            _add_connector(connectors, each.name, each.port)
    elements = SubElement(parent, "ssd:Elements")
    for member in members:
        _add_component(elements, member)
    connections = SubElement(parent, "ssd:Connections")
    for source, output, target, driven in _joined(system):
        ends = {"startElement": source, "startConnector": output, "endElement": target, "endConnector": driven}
        SubElement(connections, "ssd:Connection", ends)
    for each in outer:
        inner, own = ("end", "start") if each.port.causality is Causality.INPUT else ("start", "end")
        ends = {f"{inner}Element": each.component, f"{inner}Connector": each.variable, f"{own}Connector": each.name}
        SubElement(connections, "ssd:Connection", ends)
    experiment = SubElement(root, "ssd:DefaultExperiment", startTime="0.0", stopTime=repr(STEPS * _base(members)))
    algorithm = SubElement(_annotation(experiment), "osp:Algorithm")
    SubElement(algorithm, "osp:FixedStepAlgorithm", baseStepSize=repr(_base(members)))
    return xml_file(root)


def _add_component(elements: Element, member: _Member) -> None:
    name = member.component.name
    what = {"name": name, "type": "application/x-fmu-sharedlibrary", "implementation": "CoSimulation",
            "source": f"resources/{name}.fmu"}  # fmt: skip
    component = SubElement(elements, "ssd:Component", what)
    connectors = SubElement(component, "ssd:Connectors")
    for port in member.ports(Causality.INPUT, Causality.OUTPUT):
        for scalar in _scalars(port):
            _add_connector(connectors, scalar, port)
    if member.start:
        bindings = SubElement(component, "ssd:ParameterBindings")
        SubElement(bindings, "ssd:ParameterBinding", source=f"resources/{name}.ssv")
    SubElement(_annotation(component), "osp:StepSizeHint", value=repr(member.step))


def _add_connector(parent: Element, name: str, port: Port) -> None:
    connector = SubElement(parent, "ssd:Connector", name=name, kind=port.causality.value)
    SubElement(connector, f"ssc:{port.data_type.value}")


def _annotation(parent: Element) -> Element:
    return SubElement(SubElement(parent, "ssd:Annotations"), "ssc:Annotation", type=OSP_ANNOTATION)


def _parameter_set(member: _Member) -> bytes:
    """Return the content of a component's parameter set."""
    told = {"xmlns:ssv": _PREFIXES["xmlns:ssv"], "version": SSP_VERSION, "name": PARAMETER_SET}
    root = Element("ssv:ParameterSet", told)
    parameters = SubElement(root, "ssv:Parameters")
    for name, kind, value in member.values():
        SubElement(SubElement(parameters, "ssv:Parameter", name=name), f"ssv:{kind.value}", value=value)
    return xml_file(root)


def _osp_system_structure(system: System, members: Sequence[_Member]) -> bytes:
    """Return the content of OspSystemStructure.xml."""
    root = Element("OspSystemStructure", xmlns=_OSP, version=OSP_VERSION)
    SubElement(root, "StartTime").text = "0.0"
    SubElement(root, "BaseStepSize").text = repr(_base(members))
    SubElement(root, "Algorithm").text = "fixedStep"
    simulators = SubElement(root, "Simulators")
    for member in members:
        what = {"name": member.component.name, "source": f"{member.component.name}.fmu", "stepSize": repr(member.step)}
        values = SubElement(SubElement(simulators, "Simulator", what), "InitialValues")
        for scalar, kind, value in member.values():
            SubElement(SubElement(values, "InitialValue", variable=scalar), kind.value, value=value)
    connections = SubElement(root, "Connections")
    for source, output, target, driven in _joined(system):
        connection = SubElement(connections, "VariableConnection")
        SubElement(connection, "Variable", simulator=source, name=output)
        SubElement(connection, "Variable", simulator=target, name=driven)
    return xml_file(root)


def _joined(system: System) -> Iterator[tuple[str, str, str, str]]:
    """Yield each connection of two scalars: component and output, component and input."""
    for connection in system.connections:
        ends = [_scalars(system.port(end)) for end in (connection.source, connection.target)]
        for output, driven in zip(*ends, strict=True):
            yield connection.source[0], output, connection.target[0], driven


def _base(members: Sequence[_Member]) -> float:
    return min(member.step for member in members)


def _scalars(port: Port, label: str = "") -> list[str]:
    """Return the names of the port's scalar variables in FMI 2.0; a `label` is another name for all of them."""
    name, indices = label or port.name, np.ndindex(port.shape)
    return [f"{name}[{','.join(str(i + 1) for i in index)}]" if index else name for index in indices]


def _literal(kind: DataType, value: float) -> str:
    if kind is DataType.BOOLEAN:
        return "true" if value else "false"
    return repr(value) if kind is DataType.REAL else str(int(value))
