"""terminalsAndIcons.xml: which variables are connected together.

FMI 2.0.4 takes this file over from FMI 3.0 (FMI 3.0.2, section 2.4.9), hence its version 3.0. FMI 2.0 has no
arrays: each element of an array is a member, named ``current[1]`` like its variable.
"""

from __future__ import annotations

from xml.etree import ElementTree

from ..core.model import Model
from ..core.variable import Detail
from .definition import Definition, Terminal
from .description import listed
from .xml_file import xml_file

MATCHING_RULE = "bus"
"""Members of the same name are connected; a terminal may offer more than its partner uses (FMI 3.0)."""


def terminals_and_icons(component: Definition, detail: Detail) -> bytes:
    """Return the content of ``terminalsAndIcons/terminalsAndIcons.xml``, without declared terminals just a frame.

    Members that a description of this detail leaves out are no members here.
    """
    shown = {variable.path for variable in listed(component, detail)}
    root = ElementTree.Element("fmiTerminalsAndIcons", fmiVersion="3.0")
    if component.terminals:
        parent = ElementTree.SubElement(root, "Terminals")
        for terminal in component.terminals:
            _add_terminal(parent, component.model, terminal, shown)
    return xml_file(root)


def _add_terminal(parent: ElementTree.Element, model: Model, terminal: Terminal, shown: set[str]) -> None:
    element = ElementTree.SubElement(
        parent,
        "Terminal",
        name=terminal.name,
        matchingRule=MATCHING_RULE,
        terminalKind=f"_packfmu.{terminal.kind.value}",
    )
    for member, member_name in terminal.named_members:
        if member not in shown:
            continue
        variable = model.variable(member)
        stem = variable.fmi_name or variable.name
        for name in variable.scalar_names():
            ElementTree.SubElement(
                element,
                "TerminalMemberVariable",
                variableName=name,
                memberName=member_name + name.removeprefix(stem) if member_name != member else name,
                variableKind="signal",
            )
