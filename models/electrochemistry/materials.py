"""The materials of the electrodes: their properties, and what they are in each cell at its temperature.

Equations
---------
The open-circuit potential of a material at the stoichiometry x is ``U(x, T) = U_ref(x) + (T - T_ref) dU/dT(x)``. Rates
follow Arrhenius, ``D_s = D_ref exp(E_D/R_gas (1/T_ref - 1/T))``, likewise the exchange current. The material m of cell
k fills a share of an electrode of area A, thickness L: its charge ``Q_m = F eps_m c_max L A`` fills its particles, and
``S_m = 3 eps_m L A / R`` is their surface. A cell differs from its kind by factors on thickness, active fraction,
porosity, radius, diffusivity and exchange current of each electrode. The radius varies at constant active fraction.

The area of the electrodes of a cell follows from its capacity: it is such that the cell, new, holds `capacity` between
SOC 0 and 1.

Shared states
-------------
`temperature` is written here; `particles` and the models use it.
"""

from __future__ import annotations

import numpy as np

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.variable import Count, Detail, Variable
from ..numerics.arrhenius import FARADAY_CONSTANT, GAS_CONSTANT
from ..numerics.curves import Curve
from ..numerics.elementary import exp
from ..numerics.index import index
from . import potentials
from .kind import NEGATIVE, POSITIVE, ElectrochemicalParameters

ELECTRODES = 2

SCALES = ("thickness", "active_fraction", "porosity", "radius", "diffusivity", "exchange_current")
"""By what the electrodes of a cell may differ from those of its kind: ``<name>_scale[k, e]``, e = 1 the negative."""


def fields(cells: Count, kind: ElectrochemicalParameters) -> Fields:
    """Return the properties of the materials of n cells, and what follows from them in each."""
    materials = Count(len(kind.materials), "material")
    each = cells, materials
    return Fields(
        parameters=(*_figures(kind, materials), *_curves(kind, materials), *_scales(cells)),
        states=(
            state("temperature", "K", cells, "Temperature that the factors hold for"),
            state("material_charge", "C", each, "Charge that fills each material", 0.0),
            state("material_surface", "m2", each, "Surface of the particles of each material", 0.0),
            state("diffusion_rate", "1/s", each, "D_s/R^2 of each material, at stoichiometry 0.5", 0.0),
            state("exchange_current", "A", each, "i_ref of each material times its surface", 0.0),
        ),
        modules=(__name__, potentials.__name__),
    )  # fmt: skip


def _electrodes(kind: ElectrochemicalParameters) -> list[int]:
    return [NEGATIVE] * len(kind.negative.materials) + [POSITIVE] * len(kind.positive.materials)


def _figures(kind: ElectrochemicalParameters, materials: Count) -> tuple[Variable, ...]:
    """Return the numbers of each material, and the thickness of each electrode."""
    table = (
        ("particle_radius", "m", [m.radius for m in kind.materials], 1e-6, "Radius of the particles", "um"),
        ("active_fraction", "1", [m.active_fraction for m in kind.materials], 1.0,
         "Volume of the particles over that of the electrode", ""),
        ("maximum_concentration", "mol/m3", [m.maximum_concentration for m in kind.materials], 1e4,
         "Concentration of lithium at stoichiometry 1", ""),
        ("exchange_current_density", "A/m2", [m.exchange_current for m in kind.materials], 1.0,
         "i_ref at the reference temperature", ""),
        ("transfer", "1", [m.transfer for m in kind.materials], 1.0, "Anodic transfer coefficient", ""),
        ("diffusivity_activation_energy", "J/mol", [m.diffusivity_activation_energy for m in kind.materials], 3e4,
         "Activation energy of the diffusivity in the particles", "kJ/mol"),
        ("exchange_current_activation_energy", "J/mol",
         [m.exchange_current_activation_energy for m in kind.materials], 3e4,
         "Activation energy of the exchange current", "kJ/mol"),
    )  # fmt: skip
    return (
        *(
            Variable(name, unit, materials, values, -1e6 if unit == "J/mol" else 0.0, UNBOUNDED, nominal,
                     f"{text}, of each material", display_unit=display)
            for name, unit, values, nominal, text, display in table
        ),
        Variable("thickness", "m", ELECTRODES, [e.thickness for e in kind.electrodes], 0.0, 1.0, 1e-4,
                 "Thickness of each electrode, the negative first", display_unit="um"),
        Variable("reference_temperature", "K", None, kind.reference_temperature, 200.0, 400.0, 300.0,
                 "Temperature of the properties", display_unit="degC"),
    )  # fmt: skip


def _curves(kind: ElectrochemicalParameters, materials: Count) -> tuple[Variable, ...]:
    """Return the functions of each material over its stoichiometry, as values and slopes; and their common range."""
    low = [m.open_circuit_potential.low for m in kind.materials]
    high = [m.open_circuit_potential.high for m in kind.materials]
    potential = potentials.common([m.open_circuit_potential for m in kind.materials])
    diffusivity = potentials.common([m.diffusivity for m in kind.materials])
    return (
        Variable("material_electrode", "1", materials, _electrodes(kind), 0.0, 1.0, 1.0,
                 "Electrode of each material: 0 the negative, 1 the positive", hidden=True),
        Variable("stoichiometry_low", "1", materials, low, 0.0, 1.0, 1.0, "Least stoichiometry of the curves"),
        Variable("stoichiometry_high", "1", materials, high, 0.0, 1.0, 1.0, "Greatest stoichiometry of the curves"),
        *curve_variables("open_circuit_potential", "V", potential, materials, 1.0, "Potential against lithium"),
        *curve_variables("diffusivity", "m2/s", diffusivity, materials, 1e-14, "Diffusivity in the particles"),
        Variable("diffusivity_middle", "m2/s", materials, [float(m.diffusivity(0.5)) for m in kind.materials],
                 0.0, UNBOUNDED, 1e-14, "D_s at stoichiometry 0.5 and the reference temperature", hidden=True),
        *potentials.variables(kind, materials),
    )  # fmt: skip


def curve_variables(
    name: str, unit: str, curves: list[Curve], of: Count, nominal: float, text: str
) -> tuple[Variable, Variable]:
    """Return curves of one length as two parameters, not listed: their values, and their slopes."""
    nodes = Count(curves[0].values.size, f"{name.rsplit('_', maxsplit=1)[-1]}_node")
    size = of, nodes
    values, slopes = np.array([c.values for c in curves]), np.array([c.slopes for c in curves])
    return (
        Variable(name, unit, size, values, -UNBOUNDED, UNBOUNDED, nominal, f"{text}, of each node", hidden=True),
        Variable(
            f"{name}_slope", unit, size, slopes, -UNBOUNDED, UNBOUNDED, nominal, f"{text}: its derivative", hidden=True
        ),
    )


def _scales(cells: Count) -> tuple[Variable, ...]:
    return tuple(
        Variable(f"{name}_scale", "1", (cells, ELECTRODES), 1.0, 1e-3, 1e3, 1.0,
                 f"Factor on the {name.replace('_', ' ')} of each electrode, the negative first", detail=Detail.CELL)
        for name in SCALES
    )  # fmt: skip


@kernel
def electrode_of(p: Block, m: int) -> int:
    """Return the electrode of material m."""
    return index(p.material_electrode[m], ELECTRODES)


@kernel
def fill(x: Block, p: Block, k: int, area: float) -> None:
    """Set charge and surface of the materials of cell k on electrodes of an area [m2]; factors of the rates remain."""
    for m in range(p.particle_radius.shape[0]):
        e = electrode_of(p, m)
        fraction = p.active_fraction[m] * p.active_fraction_scale[k, e]
        volume = area * p.thickness[e] * p.thickness_scale[k, e] * fraction
        x.material_charge[k, m] = FARADAY_CONSTANT * p.maximum_concentration[m] * volume
        x.material_surface[k, m] = 3.0 * volume / (p.particle_radius[m] * p.radius_scale[k, e])


@kernel
def potential(x: Block, p: Block, k: int, m: int, stoichiometry: float) -> tuple[float, float]:
    """Return U of material m at the temperature of cell k [V], and its derivative by the stoichiometry."""
    return potentials.potential(x, p, k, m, potentials.locate(p, m, stoichiometry))


@kernel
def entropy(p: Block, m: int, stoichiometry: float) -> tuple[float, float]:
    """Return dU/dT of material m [V/K], and its derivative by the stoichiometry."""
    return potentials.entropy(p, m, potentials.locate(p, m, stoichiometry))


@kernel
def warm(x: Block, p: Block, k: int, temperature: float) -> None:
    """Set the temperature of cell k [K] and the rates that follow from it."""
    x.temperature[k] = temperature
    away = distance(p, temperature)
    for m in range(p.particle_radius.shape[0]):
        e = electrode_of(p, m)
        radius = p.particle_radius[m] * p.radius_scale[k, e]
        diffusivity = p.diffusivity_scale[k, e] * p.diffusivity_middle[m]
        faster = activated(p.diffusivity_activation_energy[m], away)
        x.diffusion_rate[k, m] = diffusivity * faster / (radius * radius)
        density = p.exchange_current_density[m] * p.exchange_current_scale[k, e]
        faster = activated(p.exchange_current_activation_energy[m], away)
        x.exchange_current[k, m] = density * faster * x.material_surface[k, m]


@kernel
def distance(p: Block, temperature: float) -> float:
    """Return ``(1/T_ref - 1/T)/R_gas`` at a temperature [mol/J]."""
    return (temperature - p.reference_temperature) / (GAS_CONSTANT * temperature * p.reference_temperature)


@kernel
def activated(energy: float, away: float) -> float:
    """Return the factor of an activation energy [J/mol] at a `distance` [mol/J]."""
    return exp(energy * away) if energy != 0.0 else 1.0
