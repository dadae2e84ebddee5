"""modelDescription.xml, written from the declaration of a component.

The value reference of a variable is its position in the memory of an instance (`Model.offsets`). Outputs have no
feedthrough, which an empty list of dependencies says. On what they depend after initialisation, `initial_unknowns`
tells.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from uuid import UUID
from xml.etree import ElementTree

from ..core.cache import package_version
from ..core.model import Model
from ..core.variable import Causality, DataType, Detail, Variable
from .definition import Definition
from .initial_unknowns import add_dependencies
from .type_definitions import add_types, add_units, type_name
from .xml_file import xml_file

Element = ElementTree.Element
SubElement = ElementTree.SubElement

STEPS = 600
"""Steps of the default experiment."""

TOLERANCE = 1e-6
"""Relative tolerance that tools find; no FMU depends on it."""

TOOL = "packfmu"
"""Whose annotation it is: what a master needs to know and FMI 2.0 has no attribute for."""

LOG_CATEGORIES = {
    "logStatusError": "A value, state or call that was refused, or an error, with its cause",
    "logStatusDiscard": "A step that was refused; the state is as it was",
}


@dataclass(frozen=True)
class Flavour:
    """What an implementation of the FMU can do: the capability flags of FMI 2.0 co-simulation."""

    needs_execution_tool: bool
    can_handle_variable_communication_step_size: bool
    can_interpolate_inputs: bool
    max_output_derivative_order: int
    can_not_use_memory_management_functions: bool
    can_get_and_set_fmu_state: bool
    can_serialize_fmu_state: bool

    def attributes(self) -> dict[str, str]:
        """Return the flags as attributes of the element ``CoSimulation``."""
        return {
            "needsExecutionTool": _boolean(self.needs_execution_tool),
            "canHandleVariableCommunicationStepSize": _boolean(self.can_handle_variable_communication_step_size),
            "canInterpolateInputs": _boolean(self.can_interpolate_inputs),
            "maxOutputDerivativeOrder": str(self.max_output_derivative_order),
            "canRunAsynchronuously": "false",
            "canBeInstantiatedOnlyOncePerProcess": "false",
            "canNotUseMemoryManagementFunctions": _boolean(self.can_not_use_memory_management_functions),
            "canGetAndSetFMUstate": _boolean(self.can_get_and_set_fmu_state),
            "canSerializeFMUstate": _boolean(self.can_serialize_fmu_state),
            "providesDirectionalDerivative": "false",
        }


def listed(component: Definition, detail: Detail) -> tuple[Variable, ...]:
    """Return the variables that a description of this detail lists.

    Inputs are always listed: without them the FMU could not be connected.
    """
    model = component.model
    return tuple(v for v in model.interface if not v.hidden and (v.detail <= detail or v.causality is Causality.INPUT))


def guid(component: Definition, sources: str, detail: Detail) -> str:
    """Return the identity of an FMU: a hash of its interface, of its start values and of what it is built from.

    It binds the resources of an FMU, which hold the start values, to the model description, which tells them.

    Parameters
    ----------
    component : Definition
        The interface.
    sources : str
        Digest of whatever else makes two FMUs compute differently.
    detail : Detail
        Which variables are listed.
    """
    model = component.model
    interface = [
        (v.path, v.fmi_name, v.causality.value, v.unit, v.display_unit, v.shape, repr(v.min), repr(v.max),
         repr(v.nominal), v.description, v.data_type.value, v.tunable, _annotated(v))
        for v in listed(component, detail)
    ]  # fmt: skip
    terminals = [(t.name, t.kind.value, t.named_members) for t in component.terminals]
    text = json.dumps([model.name, model.description, model.update.value, interface, terminals, sources])
    total = hashlib.sha256(text.encode())
    for variable in (*model.parameters, *model.inputs):
        total.update(variable.start_values().astype("<f8").tobytes())
    return f"{{{UUID(bytes=total.digest()[:16])}}}"


def model_description(
    component: Definition, flavour: Flavour, identity: str, detail: Detail, set_identity: str = ""
) -> bytes:
    """Return the content of modelDescription.xml.

    Parameters
    ----------
    component : Definition
        What is described, with its start values.
    flavour : Flavour
        What the implementation can do.
    identity : str
        The GUID.
    detail : Detail
        Outputs finer than this are left out.
    set_identity : str
        The identity of the set of FMUs that it belongs to; empty where it is built alone.
    """
    model = component.model
    variables = listed(component, detail)
    root = Element(
        "fmiModelDescription",
        fmiVersion="2.0",
        modelName=model.name,
        guid=identity,
        description=model.description,
        author="The packfmu developers",
        version=package_version("packfmu"),
        license="MIT",
        generationTool=f"packfmu {package_version('packfmu')}",
        variableNamingConvention="structured",
    )
    SubElement(root, "CoSimulation", {"modelIdentifier": model.name, **flavour.attributes()})
    add_units(root, variables)
    add_types(root, variables)
    categories = SubElement(root, "LogCategories")
    for name, description in LOG_CATEGORIES.items():
        SubElement(categories, "Category", name=name, description=description)
    step = component.step_size
    times = {"startTime": "0.0", "stopTime": repr(STEPS * step), "stepSize": repr(step)}
    SubElement(root, "DefaultExperiment", times, tolerance=repr(TOLERANCE))
    _add_annotations(root, model, variables, set_identity)
    _add_variables(root, model, variables)
    _add_structure(root, variables)
    add_dependencies(root, model, variables)
    return xml_file(root)


def _add_annotations(root: Element, model: Model, variables: tuple[Variable, ...], set_identity: str) -> None:
    """Add the set, the method by which the model steps, and what a master treats variables by, in one element."""
    tool = SubElement(SubElement(root, "VendorAnnotations"), "Tool", name=TOOL)
    annotations = SubElement(tool, "Annotations")
    if set_identity:
        SubElement(annotations, "Set", identity=set_identity)
    SubElement(annotations, "Update", method=model.update.value)
    for variable in variables:
        attributes = _annotated(variable)
        if attributes:
            SubElement(annotations, "Variable", {"name": variable.listed_name, **attributes})


def _annotated(variable: Variable) -> dict[str, str]:
    """Return those of a variable's attributes that FMI 2.0 does not know, as far as they are set."""
    flags = {"slow": _boolean(variable.slow), "forecast": _boolean(variable.forecast)}
    attributes = {"dimension": variable.dimension, "shifts": variable.shifts, **flags}
    attributes["holdTolerance"] = repr(variable.hold_tolerance) if variable.hold_tolerance else ""
    attributes |= {"timeConstant": variable.time_constant, "sensitivity": variable.sensitivity}
    return {name: text for name, text in attributes.items() if text not in ("", "false")}


def _add_variables(root: Element, model: Model, variables: tuple[Variable, ...]) -> None:
    parent = SubElement(root, "ModelVariables")
    offsets = model.offsets()
    for variable in variables:
        is_output = variable.causality is Causality.OUTPUT
        attributes = {"causality": variable.causality.value, "variability": _variability(variable)}
        if variable.causality is not Causality.INPUT:
            attributes["initial"] = "calculated" if is_output else "exact"
        kind, bounds = _bounds(variable)
        values = variable.start_values().ravel()
        for position, name in enumerate(variable.scalar_names()):
            scalar = SubElement(
                parent,
                "ScalarVariable",
                {
                    "name": name,
                    "valueReference": str(offsets[variable.path] + position),
                    "description": variable.description,
                    **attributes,
                },
            )
            typed = SubElement(scalar, kind, bounds)
            if not is_output:
                typed.set("start", _literal(variable, float(values[position])))


def _add_structure(root: Element, variables: tuple[Variable, ...]) -> None:
    structure = SubElement(root, "ModelStructure")
    index, outputs = 0, []
    for variable in variables:
        if variable.causality is Causality.OUTPUT:
            outputs += [str(index + position + 1) for position in range(variable.count)]
        index += variable.count
    if outputs:
        element = SubElement(structure, "Outputs")
        for output in outputs:
            SubElement(element, "Unknown", index=output, dependencies="")
        element = SubElement(structure, "InitialUnknowns")
        for output in outputs:
            SubElement(element, "Unknown", index=output)


def _variability(variable: Variable) -> str:
    if variable.causality is Causality.PARAMETER:
        return "tunable" if variable.tunable else "fixed"
    return "continuous" if variable.data_type is DataType.REAL else "discrete"


def _bounds(variable: Variable) -> tuple[str, dict[str, str]]:
    """Return the name of the type's element and its attributes but the start value."""
    if variable.data_type is DataType.BOOLEAN:
        return "Boolean", {}
    limits = {name: bound for name, bound in (("min", variable.min), ("max", variable.max)) if math.isfinite(bound)}
    texts = {name: _literal(variable, float(bound)) for name, bound in limits.items()}
    if variable.data_type is DataType.INTEGER:
        return "Integer", texts
    return "Real", {"declaredType": type_name(variable), **texts, "nominal": repr(float(variable.nominal))}


def _literal(variable: Variable, value: float) -> str:
    if variable.data_type is DataType.REAL:
        return repr(value)
    return _boolean(bool(value)) if variable.data_type is DataType.BOOLEAN else str(int(value))


def _boolean(value: bool) -> str:
    return "true" if value else "false"
