"""What is known of one kind of cell by its physics: electrodes, separator, electrolyte, and the mesh of its model."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from ..cell.kind import CellLimits
from ..numerics.arrhenius import FARADAY_CONSTANT
from ..numerics.curves import Curve, constant


class Physics(Enum):
    """How far a model resolves a cell."""

    SPM = "spm"
    """Single particle: one particle an electrode, no electrolyte."""
    SPME = "spme"
    """Single particle with electrolyte."""
    DFN = "dfn"
    """Doyle, Fuller and Newman: a particle at each node of porous electrodes."""


NEGATIVE, POSITIVE = 0, 1
"""The electrodes, in the order of all arrays that have one value an electrode."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """An active material: spherical particles that lithium enters.

    Curves over the stoichiometry have one range, in which the model stays.

    Parameters
    ----------
    name : str
        Such as ``graphite``.
    radius : float
        Of the particles [m].
    active_fraction : float
        Volume of the particles over that of the electrode [1].
    maximum_concentration : float
        Of lithium at stoichiometry 1 [mol/m3].
    diffusivity : Curve
        D_s over stoichiometry, at the reference temperature [m2/s]; particles of a constant one are much cheaper.
    open_circuit_potential : Curve
        U against lithium over stoichiometry, at the reference temperature [V].
    exchange_current : float
        i_ref [A/m2] of ``i_0 = i_ref (c_e/c_e0)^a (1 - x)^a x^(1 - a)`` with the transfer coefficient a.
    entropic_coefficient : Curve
        dU/dT over stoichiometry [V/K].
    transfer : float
        a, the anodic transfer coefficient; the cathodic one is 1 - a.
    diffusivity_activation_energy, exchange_current_activation_energy : float
        [J/mol].
    minimum_stoichiometry, maximum_stoichiometry : float
        At SOC 0 and 1 of the nominal cell in a negative electrode, at 1 and 0 in a positive one.

    Raises
    ------
    ValueError
        When a value is out of its range; the message names it.
    """

    name: str
    radius: float
    active_fraction: float
    maximum_concentration: float
    diffusivity: Curve
    open_circuit_potential: Curve
    exchange_current: float
    minimum_stoichiometry: float
    maximum_stoichiometry: float
    entropic_coefficient: Curve = field(default_factory=lambda: constant(0.0, 0.0, 1.0))
    transfer: float = 0.5
    diffusivity_activation_energy: float = 0.0
    exchange_current_activation_energy: float = 0.0

    def __post_init__(self) -> None:
        _positive(self, "radius", "active_fraction", "maximum_concentration", "exchange_current")
        if not 0.0 < self.transfer < 1.0:
            raise ValueError(f"{self.name}: transfer = {self.transfer:g} must be above 0 and below 1")
        low, high = self.minimum_stoichiometry, self.maximum_stoichiometry
        if not self.open_circuit_potential.low <= low < high <= self.open_circuit_potential.high:
            raise ValueError(f"{self.name}: stoichiometries {low:g} to {high:g} are not within those of its potential")

    def charge_density(self) -> float:
        """Return the charge of the lithium that fills the particles of a volume of electrode [C/m3]."""
        return FARADAY_CONSTANT * self.active_fraction * self.maximum_concentration

    def surface_density(self) -> float:
        """Return the surface of the particles of a volume of electrode [1/m]."""
        return 3.0 * self.active_fraction / self.radius


@dataclass(frozen=True, kw_only=True, eq=False)
class PorousLayer:
    """A porous layer that electrolyte fills.

    Parameters
    ----------
    thickness : float
        [m].
    porosity : float
        Volume of the electrolyte over that of the layer [1].
    transport_efficiency : float
        Factor on diffusivity and conductivity of the electrolyte: porosity over tortuosity, ``porosity**1.5`` by
        Bruggeman.
    """

    thickness: float
    porosity: float
    transport_efficiency: float

    def __post_init__(self) -> None:
        _positive(self, "thickness", "porosity", "transport_efficiency")


@dataclass(frozen=True, kw_only=True, eq=False)
class Electrode(PorousLayer):
    """A porous electrode.

    Parameters
    ----------
    materials : tuple of Material
        One, or more of a blend.
    conductivity : float
        Of the solid, effective [S/m].
    conductivity_activation_energy : float
        [J/mol].
    double_layer_capacitance : float
        Of the surface of the particles [F/m2].
    film_resistance : float
        Of a film on the particles [Ohm m2].
    """

    materials: tuple[Material, ...]
    conductivity: float
    conductivity_activation_energy: float = 0.0
    double_layer_capacitance: float = 0.0
    film_resistance: float = 0.0

    def __post_init__(self) -> None:
        _positive(self, "thickness", "porosity", "transport_efficiency", "conductivity")


@dataclass(frozen=True, kw_only=True, eq=False)
class Electrolyte:
    """A concentrated binary electrolyte.

    Parameters
    ----------
    concentration : float
        c_e0, at rest [mol/m3].
    transference : float
        t+, the cation's transference number [1].
    diffusivity, conductivity : Curve
        D_e [m2/s] and kappa [S/m] over concentration [mol/m3], at the reference temperature; held beyond their range.
    thermodynamic_factor : Curve
        ``1 + dln f/dln c`` over concentration [1].
    diffusivity_activation_energy, conductivity_activation_energy : float
        [J/mol].
    """

    concentration: float
    transference: float
    diffusivity: Curve
    conductivity: Curve
    thermodynamic_factor: Curve
    diffusivity_activation_energy: float = 0.0
    conductivity_activation_energy: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Mesh:
    """How finely a model resolves a cell.

    Parameters
    ----------
    negative, separator, positive : int
        Finite volumes of each layer.
    modes : int
        Of each particle whose diffusivity is constant.
    volumes : int
        Finite volumes of each particle whose diffusivity is not.
    """

    negative: int = 10
    separator: int = 4
    positive: int = 10
    modes: int = 6
    volumes: int = 20

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 1 <= value <= 1000:
                raise ValueError(f"{name} = {value} of a mesh must be 1 to 1000")


@dataclass(frozen=True, kw_only=True, eq=False)
class ElectrochemicalParameters:
    """A cell of physics with its limits and its thermal data.

    Parameters
    ----------
    name, source : str
        The cell, and where its figures come from.
    area : float
        Of the electrodes, all pairs together [m2].
    negative, positive : Electrode
        Their materials' windows are SOC 0 and 1 of the nominal cell.
    separator : PorousLayer
    electrolyte : Electrolyte
    reference_temperature : float
        [K].
    nominal_capacity : float
        Defines C-rates only [C].
    contact_resistance : float
        Of the whole cell [Ohm].
    physics : Physics
        The model.
    mesh : Mesh
        Of the model.
    coulombic_efficiency : float
        Share of the charging current that is stored, 0 to 1.
    self_discharge_current : float
        At the reference temperature [A].
    self_discharge_activation_energy : float
        [J/mol].
    limits : CellLimits
        The operating limits.
    mass : float
        [kg].
    heat_capacity : float
        [J/K].
    convection : float
        To the surroundings as the cell was measured [W/K].
    notes : tuple of str
        What a user should know, a sentence each.
    """

    name: str
    source: str
    area: float
    negative: Electrode
    positive: Electrode
    separator: PorousLayer
    electrolyte: Electrolyte
    reference_temperature: float
    nominal_capacity: float
    limits: CellLimits
    mass: float
    heat_capacity: float
    convection: float = 0.0
    contact_resistance: float = 0.0
    physics: Physics = Physics.SPM
    mesh: Mesh = Mesh()
    coulombic_efficiency: float = 1.0
    self_discharge_current: float = 0.0
    self_discharge_activation_energy: float = 0.0
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _positive(self, "area", "reference_temperature", "nominal_capacity", "mass", "heat_capacity")

    @property
    def electrodes(self) -> tuple[Electrode, Electrode]:
        """The electrodes: `NEGATIVE`, `POSITIVE`."""
        return self.negative, self.positive

    @property
    def materials(self) -> tuple[Material, ...]:
        """The materials of the negative electrode, then those of the positive one."""
        return self.negative.materials + self.positive.materials


def _positive(of: object, *names: str) -> None:
    for name in names:
        value = getattr(of, name)
        if not 0.0 < value < float("inf"):
            raise ValueError(
                f"{getattr(of, 'name', type(of).__name__)}: {name} = {value:g} must be positive and finite"
            )
