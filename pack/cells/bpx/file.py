"""A BPX file as a cell of physics: https://bpxstandard.com, versions 0.x and 1.x, for SPM, SPMe and DFN.

SOC 0 and 1 are the stoichiometry limits of the file. The surface a of the particles in a volume gives the active
fraction ``a R/3``, the reaction rate constant K the exchange current ``F K``, in the standard's
``i_0 = F K (c_e/c_e0)^0.5 (x (1 - x))^0.5``. A file has no current limits, and may lack what heat needs: what is
assumed then is a note. Of an open-circuit potential with hysteresis the mean curve is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ....core.errors import InputError, one_line
from ....models.cell.kind import CellLimits
from ....models.cell.physics.cell import ElectrochemicalCell
from ....models.electrochemistry.kind import Electrode, Electrolyte, Material, Physics, PorousLayer
from ....models.numerics.arrhenius import FARADAY_CONSTANT
from ....models.numerics.curves import Curve, constant
from . import notes
from .contents import Place, read_contents, said
from .curves import Given, along_stoichiometry, given_function, positive
from .formula import Formula

if TYPE_CHECKING:
    from bpx import BPX

POTENTIAL_ERROR, ENTROPIC_ERROR = 1e-6, 1e-9
"""Errors of tables that are asked for [V], [V/K]."""

ROOM_TEMPERATURE = 298.15
"""Reference temperature where a file has none [K]."""

CONCENTRATION = 1000.0
"""Of the electrolyte at rest where a file has none [mol/m3]."""

SPAN = 4.0
"""Greatest concentration of the electrolyte that its properties are tabulated to, over that at rest."""

CHARGE_RATE, DISCHARGE_RATE = 1.0, 3.0
"""Current limits that are assumed, in C-rates of the nominal capacity."""

SPECIFIC_HEAT, DENSITY = 1000.0, 2300.0
"""Of a cell where a file does not tell [J/(kg K)], [kg/m3]."""

UNNAMED = "active material"
"""Of an electrode of one material, which a file does not name."""

MODELS = {"SPM": (Physics.SPM,), "SPMe": tuple(Physics), "DFN": tuple(Physics)}
"""What the parameters of a file suffice for, by the model that it is made for."""


@dataclass(frozen=True)
class PhysicsFile:
    """A BPX file as it was read.

    Parameters
    ----------
    path : Path
        Where it was.
    text : str
        What was in it.
    kind : ElectrochemicalCell
        The cell.
    notes : tuple of str
        What a user should know, a line each.
    models : tuple of Physics
        What its parameters suffice for.
    """

    path: Path
    text: str
    kind: ElectrochemicalCell = field(compare=False)
    notes: tuple[str, ...] = field(compare=False)
    models: tuple[Physics, ...] = field(compare=False)


def read_bpx(path: Path) -> PhysicsFile:
    """Read and check a BPX file.

    Parameters
    ----------
    path : Path
        A JSON file in the format of the Battery Parameter eXchange.

    Raises
    ------
    InputError
        When the file cannot be read or does not fit: one line that names the key, its value and what is allowed.
    """
    contents = read_contents(path)
    model = contents.checked.header.model
    try:
        if model not in MODELS:
            raise ValueError(f"Header: Model = {model!r} tells no whole cell; allowed are {', '.join(MODELS)}")
        kind = _cell(contents.checked, contents.formulas)
        told = tuple(notes.on(contents, kind))
    except ValueError as error:
        raise InputError(f"{path}: {one_line(str(error))}") from None
    return PhysicsFile(path, contents.text, kind, told, MODELS[model])


def _cell(contents: BPX, formulas: dict[Place, Formula]) -> ElectrochemicalCell:
    sections, conditions = contents.parameterisation, notes.conditions(contents)
    cell, whole = sections.cell, contents.header.model != "SPM"
    nominal = cell.nominal_cell_capacity * 3600.0
    negative = _electrode("Negative electrode", sections.negative_electrode, formulas, whole)
    positive_ = _electrode("Positive electrode", sections.positive_electrode, formulas, whole)
    separator = sections.separator if whole else None
    area = cell.electrode_area * cell.number_of_electrodes
    thickness = negative.thickness + positive_.thickness + (separator.thickness if separator else 0.0)
    volume = cell.volume or area * thickness
    mass = volume * (cell.density or DENSITY)
    rest = conditions.initial_electrolyte_concentration if conditions else None
    return ElectrochemicalCell(
        name=one_line(contents.header.title or "BPX cell"),
        source=one_line(contents.header.references or contents.header.description or ""),
        area=area,
        negative=negative,
        positive=positive_,
        separator=_layer("Separator", separator) if separator else _unused_layer(),
        electrolyte=_electrolyte(sections.electrolyte if whole else None, rest or CONCENTRATION, formulas),
        reference_temperature=cell.reference_temperature or ROOM_TEMPERATURE,
        nominal_capacity=nominal,
        limits=CellLimits(
            minimum_voltage=cell.lower_voltage_cutoff,
            maximum_voltage=cell.upper_voltage_cutoff,
            maximum_charge_current=CHARGE_RATE * nominal / 3600.0,
            maximum_discharge_current=DISCHARGE_RATE * nominal / 3600.0,
        ),
        mass=mass,
        heat_capacity=mass * (cell.specific_heat_capacity or SPECIFIC_HEAT),
        convection=notes.convection(contents),
        physics=Physics(contents.header.model.lower()),
    )


def _electrode(name: str, given: Any, formulas: dict[Place, Formula], whole: bool) -> Electrode:
    """Return an electrode; one for single particles alone has no electrolyte, and values that nothing uses."""
    blend = getattr(given, "particle", None)
    particles = {(name, key): particle for key, particle in blend.items()} if blend else {(name,): given}
    materials = tuple(_material(place, particle, formulas) for place, particle in particles.items())
    filled = sum(material.active_fraction for material in materials)
    if filled >= 1.0:
        raise ValueError(f"{name}: particles fill {filled:.4g} of the volume by their surface and radius; below 1")
    if not whole:
        return Electrode(
            thickness=given.thickness, materials=materials, porosity=1.0, transport_efficiency=1.0, conductivity=1.0
        )
    layer = _layer(name, given)
    with said(name, "Conductivity [S.m-1]"):
        return Electrode(**vars(layer), materials=materials, conductivity=given.conductivity)


def _layer(name: str, given: Any) -> PorousLayer:
    for key, value in (("Porosity", given.porosity), ("Transport efficiency", given.transport_efficiency)):
        if not 0.0 < value <= 1.0:
            raise ValueError(f"{name}: {key} = {value:g} must be above 0 and at most 1")
    return PorousLayer(
        thickness=given.thickness, porosity=given.porosity, transport_efficiency=given.transport_efficiency
    )


def _unused_layer() -> PorousLayer:
    return PorousLayer(thickness=1e-5, porosity=1.0, transport_efficiency=1.0)


def _material(place: Place, given: Any, formulas: dict[Place, Formula]) -> Material:
    least, most = given.minimum_stoichiometry, given.maximum_stoichiometry
    if not 0.0 <= least < most <= 1.0:
        raise ValueError(
            f"{': '.join(place)}: Minimum stoichiometry = {least:g}, Maximum stoichiometry = {most:g} must rise, 0 to 1"
        )
    window = (least, most)

    def function(key: str, value: Any) -> Given:
        return given_function(formulas, (*place, key), value)

    ocp, entropic = function("OCP [V]", given.ocp), function("Entropic change coefficient [V.K-1]", given.dudt or 0.0)
    diffusivity = function("Diffusivity [m2.s-1]", given.diffusivity)
    with said(*place, "OCP [V]"):
        potential = along_stoichiometry(ocp, window, POTENTIAL_ERROR)
    with said(*place, "Entropic change coefficient [V.K-1]"):
        entropy = along_stoichiometry(entropic, window, ENTROPIC_ERROR)
    with said(*place, "Diffusivity [m2.s-1]"):
        diffusion = positive(diffusivity, potential.low, potential.high, window)
    return Material(
        name=place[1] if len(place) > 1 else UNNAMED,
        radius=given.particle_radius,
        active_fraction=given.surface_area_per_unit_volume * given.particle_radius / 3.0,
        maximum_concentration=given.maximum_concentration,
        diffusivity=diffusion,
        open_circuit_potential=potential,
        entropic_coefficient=_within(entropy, potential),
        exchange_current=FARADAY_CONSTANT * given.reaction_rate_constant,
        diffusivity_activation_energy=given.diffusivity_activation_energy or 0.0,
        exchange_current_activation_energy=given.reaction_rate_constant_activation_energy or 0.0,
        minimum_stoichiometry=least,
        maximum_stoichiometry=most,
    )


def _within(curve: Curve, like: Curve) -> Curve:
    """Return a curve on the range of another one; beyond its own it goes on straight."""
    if (curve.low, curve.high) == (like.low, like.high):
        return curve
    grid = np.linspace(like.low, like.high, len(curve.values))
    return Curve(like.low, like.high, np.asarray(curve(grid)), curve.slope(grid), curve.error)


def _electrolyte(given: Any, rest: float, formulas: dict[Place, Formula]) -> Electrolyte:
    if given is None:  # single particles know none
        flat = constant(1.0, 0.0, SPAN * rest)
        return Electrolyte(
            concentration=rest, transference=0.0, diffusivity=flat, conductivity=flat, thermodynamic_factor=flat
        )
    made = {}
    for name, key in (("diffusivity", "Diffusivity [m2.s-1]"), ("conductivity", "Conductivity [S.m-1]")):
        function = given_function(formulas, ("Electrolyte", key), getattr(given, name))
        with said("Electrolyte", key):
            made[name] = positive(function, 0.0, SPAN * rest, (0.5 * rest, 1.5 * rest))
    return Electrolyte(
        concentration=rest,
        transference=given.cation_transference_number,
        thermodynamic_factor=constant(1.0, 0.0, SPAN * rest),
        diffusivity_activation_energy=given.diffusivity_activation_energy or 0.0,
        conductivity_activation_energy=given.conductivity_activation_energy or 0.0,
        **made,
    )
