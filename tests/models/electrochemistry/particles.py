"""Cells whose particles are looked at, with diffusivities of any form."""

from dataclasses import replace

from packfmu.models.electrochemistry.kind import Mesh
from packfmu.models.numerics.curves import tabulate
from packfmu.models.parameters.chen_2020 import PARAMETERS
from tests.interpreted import InterpretedInstance


def with_diffusivity(factor, volumes=20):
    """Return the cell of Chen 2020 with its diffusivities times a function of the stoichiometry."""

    def changed(electrode):
        material = electrode.materials[0]
        constant = material.diffusivity.values[0]
        curve = tabulate(lambda x: constant * factor(x), 0.0, 1.0, 1e-7 * constant)
        return replace(electrode, materials=(replace(material, diffusivity=curve),))

    negative, positive = changed(PARAMETERS.negative), changed(PARAMETERS.positive)
    return replace(PARAMETERS, negative=negative, positive=positive, mesh=Mesh(volumes=volumes))


def started(kind, **start):
    """Return one initialised cell, whose kernels the interpreter runs."""
    cell = InterpretedInstance(kind.declare(1).with_start({"initial_soc": 0.6} | start))
    cell.initialize()
    return cell
