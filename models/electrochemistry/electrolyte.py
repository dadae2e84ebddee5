"""The electrolyte in the layers of a cell: its properties over concentration and temperature, and the layers' geometry.

Equations
---------
Diffusivity and conductivity are tables over the concentration c, held beyond their range, times an Arrhenius factor. In
a porous layer both are smaller by the transport efficiency b: ``D_eff = b D_e(c, T)``, ``kappa_eff = b kappa(c, T)``.
The electrolyte's potential follows from its current J and from the diffusion potential (layer of area A)::

    dphi_e/dx = -J / (A kappa_eff) + 2 (1 - t+) (R T/F) chi(c) dln c/dx

with the transference number t+ and the thermodynamic factor chi. A cell differs from its kind by factors on thickness
and porosity of its electrodes; with the porosity the efficiency changes as ``porosity**1.5`` does (Bruggeman).

Shared states
-------------
`electrode_area` and the factors of the temperature are written here; `porous` and the models use them.

References
----------
J. Newman, K. E. Thomas-Alyea, Electrochemical Systems, 3rd ed., Wiley 2004, chapters 12 and 22.
"""

from __future__ import annotations

import numpy as np

from ...core.bounds import UNBOUNDED
from ...core.fields import Fields, state
from ...core.kernel import Block, kernel
from ...core.variable import Count, Variable
from ..numerics.arrhenius import FARADAY_CONSTANT, acceleration, thermal_voltage
from ..numerics.curves import Curve, cubic, place
from ..numerics.elementary import sqrt
from .kind import ElectrochemicalParameters

SEPARATOR = 1
"""The layers are the negative electrode (0), the separator (1) and the positive electrode (2)."""

LAYERS = 3

ENTRIES = 6
"""Of a node of the table: D_e, kappa and chi, each followed by its derivative by the place, 1 from node to node."""


def fields(cells: Count, kind: ElectrochemicalParameters) -> Fields:
    """Return the electrolyte of n cells of one kind, and the layers that it fills."""
    return Fields(
        parameters=(*_layers(kind), *_figures(kind), *_curves(kind)),
        states=(
            state("electrode_area", "m2", cells, "Area of the electrodes", 0.0),
            state("electrolyte_diffusion", "1", cells, "Factor of the temperature on D_e", 0.0),
            state("electrolyte_conduction", "1", cells, "Factor of the temperature on kappa", 0.0),
        ),
        modules=(__name__,),
    )  # fmt: skip


def _layers(kind: ElectrochemicalParameters) -> tuple[Variable, ...]:
    layers = kind.negative, kind.separator, kind.positive
    return (
        Variable("separator_thickness", "m", None, kind.separator.thickness, 0.0, 1.0, 1e-5,
                 "Thickness of the separator",
                 display_unit="um"),
        Variable("porosity", "1", LAYERS, [layer.porosity for layer in layers], 0.0, 1.0, 0.3,
                 "Volume of electrolyte over that of the negative electrode, the separator, the positive electrode"),
        Variable("transport_efficiency", "1", LAYERS, [layer.transport_efficiency for layer in layers], 0.0, 1.0, 0.1,
                 "Factor of each layer on diffusivity and conductivity of the electrolyte"),
    )  # fmt: skip


def _figures(kind: ElectrochemicalParameters) -> tuple[Variable, ...]:
    electrolyte = kind.electrolyte
    return (
        Variable("electrolyte_concentration", "mol/m3", None, electrolyte.concentration, 0.0, UNBOUNDED, 1e3,
                 "c_e0: concentration of the electrolyte at rest"),
        Variable("transference", "1", None, electrolyte.transference, -1.0, 1.0, 0.3, "Transference number of lithium"),
        *(
            Variable(f"electrolyte_{name}_activation_energy", "J/mol", None, value, -1e6, 1e6, 3e4,
                     f"Activation energy of the electrolyte's {name}", display_unit="kJ/mol")
            for name, value in (
                ("diffusivity", electrolyte.diffusivity_activation_energy),
                ("conductivity", electrolyte.conductivity_activation_energy),
            )
        ),
    )  # fmt: skip


def _curves(kind: ElectrochemicalParameters) -> tuple[Variable, ...]:
    """Return the functions of the concentration, as one table: what a concentration needs stands side by side."""
    electrolyte = kind.electrolyte
    curves = electrolyte.diffusivity, electrolyte.conductivity, electrolyte.thermodynamic_factor
    low, high = min(curve.low for curve in curves), max(curve.high for curve in curves)
    nodes = max(len(curve.values) for curve in curves)
    grid, width = np.linspace(low, high, nodes), (high - low) / (nodes - 1)
    table = []
    for curve in curves:
        values, slopes = _held(curve, grid)
        table += [values, width * slopes]
    return (
        Variable("electrolyte_low", "mol/m3", None, low, 0.0, UNBOUNDED, 1e3, "Least concentration of the curves"),
        Variable("electrolyte_table", "1", Count(ENTRIES * nodes, "electrolyte_entry"), np.stack(table, axis=1).ravel(),
                 -UNBOUNDED, UNBOUNDED, 1.0, "D_e, kappa, chi, each with its derivative, at each node", hidden=True),
        Variable("electrolyte_density", "m3/mol", None, 1.0 / width, 0.0, UNBOUNDED, 0.1,
                 "Nodes of the table per concentration", hidden=True),
    )  # fmt: skip


def _held(curve: Curve, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return values and slopes of a curve that stays as it is beyond its ends."""
    within = np.clip(grid, curve.low, curve.high)
    return np.asarray(curve(within)), np.where(within == grid, curve.slope(within), 0.0)


@kernel
def measure(x: Block, p: Block, k: int) -> None:
    """Find the area of the electrodes of cell k from the charge of its first material."""
    fraction = p.active_fraction[0] * p.active_fraction_scale[k, 0]
    density = FARADAY_CONSTANT * p.maximum_concentration[0] * fraction
    x.electrode_area[k] = x.material_charge[k, 0] / (density * p.thickness[0] * p.thickness_scale[k, 0])


@kernel
def warm(x: Block, p: Block, k: int, temperature: float) -> None:
    """Set the factors of a temperature [K] of cell k."""
    reference = p.reference_temperature
    x.electrolyte_diffusion[k] = acceleration(p.electrolyte_diffusivity_activation_energy, temperature, reference)
    x.electrolyte_conduction[k] = acceleration(p.electrolyte_conductivity_activation_energy, temperature, reference)


@kernel
def layer_thickness(p: Block, k: int, layer: int) -> float:
    """Return the thickness of a layer of cell k [m]."""
    if layer == SEPARATOR:
        return p.separator_thickness
    e = layer // 2
    return p.thickness[e] * p.thickness_scale[k, e]


@kernel
def layer_porosity(p: Block, k: int, layer: int) -> float:
    """Return the porosity of a layer of cell k [1]."""
    return p.porosity[layer] if layer == SEPARATOR else p.porosity[layer] * p.porosity_scale[k, layer // 2]


@kernel
def layer_efficiency(p: Block, k: int, layer: int) -> float:
    """Return the transport efficiency of a layer of cell k [1]."""
    if layer == SEPARATOR:
        return p.transport_efficiency[layer]
    scale = p.porosity_scale[k, layer // 2]
    return p.transport_efficiency[layer] * scale * sqrt(scale)


@kernel
def table_diffusivity(p: Block, concentration: float) -> tuple[float, float]:
    """Return D_e at a concentration [mol/m3] and the reference temperature [m2/s], and its derivative."""
    d, by_d, _, _, _, _ = properties(p, concentration)
    return d, by_d


@kernel
def table_conductivity(p: Block, concentration: float) -> tuple[float, float]:
    """Return kappa at a concentration [mol/m3] and the reference temperature [S/m], and its derivative."""
    _, _, kappa, by_kappa, _, _ = properties(p, concentration)
    return kappa, by_kappa


@kernel
def thermodynamic_factor(p: Block, concentration: float) -> tuple[float, float]:
    """Return chi at a concentration [mol/m3], and its derivative."""
    _, _, _, _, chi, by_chi = properties(p, concentration)
    return chi, by_chi


@kernel
def properties(p: Block, concentration: float) -> tuple[float, float, float, float, float, float]:
    """Return D_e, kappa and chi at the reference temperature, each followed by its derivative by the concentration.

    Beyond the range of the curves they are held.
    """
    low, density, nodes = p.electrolyte_low, p.electrolyte_density, p.electrolyte_table.shape[0] // ENTRIES
    segment, t = place(nodes, low, density, concentration)
    if not 0.0 <= (concentration - low) * density <= nodes - 1.0:
        density = 0.0
    d, by_d = entry(p, ENTRIES * segment, t)
    kappa, by_kappa = entry(p, ENTRIES * segment + 2, t)
    chi, by_chi = entry(p, ENTRIES * segment + 4, t)
    return d, by_d * density, kappa, by_kappa * density, chi, by_chi * density


@kernel
def entry(p: Block, i: int, t: float) -> tuple[float, float]:
    """Return a function and its derivative by the place from its entry i of the table on, at t from 0 to 1."""
    start, first = p.electrolyte_table[i], p.electrolyte_table[i + 1]
    return cubic(start, first, p.electrolyte_table[i + ENTRIES], p.electrolyte_table[i + ENTRIES + 1], t)


@kernel
def diffusion_voltage(x: Block, p: Block, k: int) -> float:
    """Return ``2 (1 - t+) R T/F`` of cell k [V]: the diffusion potential over ``chi dln c``."""
    return 2.0 * (1.0 - p.transference) * thermal_voltage(x.temperature[k])
