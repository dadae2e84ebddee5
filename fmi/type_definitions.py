"""The unit and type definitions of a model description."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from ..core.variable import DataType, Variable
from .units import BASE_UNITS, display_conversion, parse_unit

_QUANTITIES = {
    "1": "Number",
    "A": "Current",
    "V": "Voltage",
    "Ohm": "Resistance",
    "F": "Capacitance",
    "C": "Charge",
    "W": "Power",
    "J": "Energy",
    "K": "Temperature",
    "s": "Time",
    "1/s": "Rate",
    "J/K": "HeatCapacity",
    "W/K": "ThermalConductance",
    "V/K": "EntropicCoefficient",
    "J/mol": "MolarEnergy",
}
"""What a unit measures here; another unit's type is called after the unit."""

_SPELLED = {"%": "percent", "/": "_per_", ".": "_", "(": "", ")": "", "-": "minus"}


def type_name(variable: Variable) -> str:
    """Return the name of a real variable's type: one a quantity and display unit."""
    quantity = _QUANTITIES.get(variable.unit) or f"Quantity_{_spelled(variable.unit)}"
    return f"{quantity}_{_spelled(variable.display_unit)}" if variable.display_unit else quantity


def add_units(root: ElementTree.Element, variables: Iterable[Variable]) -> None:
    """Append UnitDefinitions: each unit by its base units, with the display units that are used."""
    display_units: dict[str, set[str]] = {}
    for variable in variables:
        if variable.data_type is DataType.REAL:
            display_units.setdefault(variable.unit, set()).add(variable.display_unit)
    if not display_units:
        return
    parent = ElementTree.SubElement(root, "UnitDefinitions")
    for unit in sorted(display_units):
        element = ElementTree.SubElement(parent, "Unit", name=unit)
        base = parse_unit(unit)
        exponents = {name: str(n) for name, n in zip(BASE_UNITS, base.exponents, strict=True) if n}
        if base.scale != 1:
            exponents["factor"] = repr(float(base.scale))
        ElementTree.SubElement(element, "BaseUnit", exponents)
        for display_unit in sorted(display_units[unit] - {""}):
            factor, offset = display_conversion(unit, display_unit)
            attributes = {"name": display_unit, "factor": repr(factor)}
            if offset:
                attributes["offset"] = repr(offset)
            ElementTree.SubElement(element, "DisplayUnit", attributes)


def add_types(root: ElementTree.Element, variables: Iterable[Variable]) -> None:
    """Append TypeDefinitions: a type of real variables for each quantity and display unit."""
    types = {type_name(v): v for v in variables if v.data_type is DataType.REAL}
    if not types:
        return
    parent = ElementTree.SubElement(root, "TypeDefinitions")
    for name, variable in sorted(types.items()):
        element = ElementTree.SubElement(parent, "SimpleType", name=name)
        attributes = {"unit": variable.unit}
        if variable.display_unit:
            attributes["displayUnit"] = variable.display_unit
        ElementTree.SubElement(element, "Real", attributes)


def _spelled(unit: str) -> str:
    for sign, word in _SPELLED.items():
        unit = unit.replace(sign, word)
    return unit
