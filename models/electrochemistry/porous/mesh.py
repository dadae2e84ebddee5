"""Finite volumes across the layers of a cell, and what each conducts.

Equations
---------
A volume of the width w, area A, in a layer of porosity eps and transport efficiency b, holds the electrolyte charge
``W = F eps A w`` per concentration. From its middle to its face it has the resistances::

    diffusion   w / (2 F A b D_e)      conduction   w / (2 A b kappa)      solid   w / (2 A sigma)

Resistances of two neighbours add up at their face: the harmonic mean, of second order across a jump of properties.

Shared states
-------------
The resistances of the layers are written here, for each cell at its temperature; those of the volumes for the cell that
is being computed.
"""

from __future__ import annotations

import numpy as np

from ....core.bounds import UNBOUNDED
from ....core.fields import Fields, state
from ....core.kernel import Block, kernel
from ....core.variable import Count, Variable
from ...numerics.arrhenius import FARADAY_CONSTANT, arrhenius
from .. import electrolyte
from ..electrolyte import LAYERS
from ..kind import NEGATIVE, POSITIVE, ElectrochemicalParameters
from ..materials import ELECTRODES


def nodes(kind: ElectrochemicalParameters) -> int:
    """Return the number of volumes across a cell."""
    return kind.mesh.negative + kind.mesh.separator + kind.mesh.positive


def particles(kind: ElectrochemicalParameters) -> int:
    """Return the number of particles in a cell: one of each material in each volume of its electrode."""
    counts = kind.mesh.negative, kind.mesh.positive
    return sum(count * len(electrode.materials) for count, electrode in zip(counts, kind.electrodes, strict=True))


def fields(cells: Count, kind: ElectrochemicalParameters) -> Fields:
    """Return the volumes of n cells of one kind, all of a layer of one width.

    The number of materials of an electrode belongs to the structure: code that is compiled for one has no loops over
    them.
    """
    mesh, node = kind.mesh, Count(nodes(kind), "node")
    layer = cells, LAYERS
    return Fields(
        parameters=(
            *(
                Variable(f"{name}_width", "1", Count(count, f"{name}_node"), np.full(count, 1.0 / count), 0.0, 1.0, 0.1,
                         f"Width of each volume over that of the {text}", hidden=True)
                for name, count, text in (
                    ("negative", mesh.negative, "negative electrode"),
                    ("separator", mesh.separator, "separator"),
                    ("positive", mesh.positive, "positive electrode"),
                )
            ),
            *(
                Variable(f"{name}_material", "1", len(electrode.materials),
                         list(range(len(electrode.materials))), 0.0, UNBOUNDED, 1.0,
                         f"Number of each material of the {name} electrode in it", hidden=True)
                for name, electrode in (("negative", kind.negative), ("positive", kind.positive))
            ),
            Variable("solid_conductivity", "S/m", ELECTRODES, [e.conductivity for e in kind.electrodes], 0.0, UNBOUNDED,
                     100.0, "Effective conductivity of the solid of each electrode, the negative first"),
            Variable("solid_conductivity_activation_energy", "J/mol", ELECTRODES,
                     [e.conductivity_activation_energy for e in kind.electrodes], -1e6, 1e6, 3e4,
                     "Activation energy of the solid's conductivity", display_unit="kJ/mol"),
        ),
        states=(
            state("layer_capacity", "C.m3/mol", layer, "Charge of the electrolyte of each layer per concentration"),
            state("layer_diffusion", "mol/(A.m)", layer, "Resistance of each layer to diffusion, times D_e"),
            state("layer_conduction", "1/m", layer, "Resistance of each layer to conduction, times kappa"),
            state("layer_solid", "Ohm", layer, "Resistance of each layer's solid"),
            state("node_capacity", "C.m3/mol", node, "Charge of the electrolyte of each volume per concentration"),
            state("node_diffusion", "mol/(A.m)", node, "Half the resistance of a volume to diffusion, times D_e"),
            state("node_conduction", "1/m", node, "Half the resistance of a volume to conduction, times kappa"),
            state("node_solid", "Ohm", node, "Half the resistance of a volume's solid"),
        ),
        modules=(__name__,),
    )  # fmt: skip


@kernel
def warm(x: Block, p: Block, k: int, temperature: float) -> None:
    """Compute capacities and resistances of the layers of cell k at a temperature [K]."""
    electrolyte.warm(x, p, k, temperature)
    area, scale = x.electrode_area[k], p.resistance_scale[k]
    for layer in range(LAYERS):
        thickness = electrolyte.layer_thickness(p, k, layer)
        path = thickness / (area * electrolyte.layer_efficiency(p, k, layer))
        x.layer_capacity[k, layer] = FARADAY_CONSTANT * electrolyte.layer_porosity(p, k, layer) * area * thickness
        x.layer_diffusion[k, layer] = path / (FARADAY_CONSTANT * x.electrolyte_diffusion[k])
        x.layer_conduction[k, layer] = scale * path / x.electrolyte_conduction[k]
        x.layer_solid[k, layer] = 0.0
    for e in range(ELECTRODES):
        slower = arrhenius(p.solid_conductivity_activation_energy[e], temperature, p.reference_temperature)
        thickness = electrolyte.layer_thickness(p, k, 2 * e)
        x.layer_solid[k, 2 * e] = scale * thickness / (area * p.solid_conductivity[e]) * slower


@kernel
def lay(x: Block, k: int, widths: Block, layer: int, start: int) -> None:
    """Write what the volumes of a layer of cell k conduct, `start` being its first one."""
    capacity, diffusion = x.layer_capacity[k, layer], 0.5 * x.layer_diffusion[k, layer]
    conduction, solid = 0.5 * x.layer_conduction[k, layer], 0.5 * x.layer_solid[k, layer]
    for n in range(widths.shape[0]):
        width, i = widths[n], start + n
        x.node_capacity[i], x.node_diffusion[i] = width * capacity, width * diffusion
        x.node_conduction[i], x.node_solid[i] = width * conduction, width * solid


@kernel
def lay_out(x: Block, p: Block, k: int) -> None:
    """Write what the volumes of cell k conduct."""
    lay(x, k, p.negative_width, 0, 0)
    lay(x, k, p.separator_width, 1, first(p, 1))
    lay(x, k, p.positive_width, 2, first(p, 2))


@kernel
def first(p: Block, layer: int) -> int:
    """Return the first volume of a layer; of the layer after the last one the number of volumes."""
    if layer == 0:
        return 0
    until = p.negative_width.shape[0]
    if layer > 1:
        until += p.separator_width.shape[0]
    return until if layer < 3 else until + p.positive_width.shape[0]


@kernel
def materials_of(p: Block, e: int) -> int:
    """Return the number of materials of an electrode."""
    return p.positive_material.shape[0] if e == POSITIVE else p.negative_material.shape[0]


@kernel
def first_material(p: Block, e: int) -> int:
    """Return the first material of an electrode."""
    return 0 if e == NEGATIVE else materials_of(p, NEGATIVE)


@kernel
def first_particle(p: Block, e: int) -> int:
    """Return the first particle of an electrode: those of one volume follow each other."""
    return 0 if e == NEGATIVE else p.negative_width.shape[0] * materials_of(p, NEGATIVE)


@kernel
def width(p: Block, e: int, n: int) -> float:
    """Return the width of volume n of an electrode over that of the electrode."""
    return p.positive_width[n] if e == POSITIVE else p.negative_width[n]


@kernel
def volumes(p: Block, e: int) -> int:
    """Return the number of volumes of an electrode."""
    return p.positive_width.shape[0] if e == POSITIVE else p.negative_width.shape[0]
