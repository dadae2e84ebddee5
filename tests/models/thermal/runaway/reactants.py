"""Cells that hold reactants and nothing else, and the laws of their reactions written anew."""

import numpy as np

from packfmu.core.instance import blocks_of
from packfmu.core.interpreted import interpreted
from packfmu.core.kernel import kernel
from packfmu.core.model import DONE, Model
from packfmu.models.parameters.hatchard_kim_2007 import PARAMETERS
from packfmu.models.thermal.runaway import kinetics, stage
from packfmu.models.thermal.runaway.kind import ANODE, CATHODE

R = 8.31446261815324


@kernel
def nothing(x, p, u, y, c):
    pass


@kernel
def advance(x, p, u, y, c, t, h):
    return DONE


def reactants(cells=1, **start):
    """Return the blocks x and p of so many cells."""
    fields = kinetics.fields(cells, PARAMETERS) + stage.fields(cells)
    _, (x, p, _, _, _) = blocks_of(Model("It", "It", fields, nothing, nothing, advance).with_start(start))
    interpreted(kinetics.start)(x, p)
    return x, p


def law(i, left, temperature):
    """Return the rate of a reaction [1/s]; share and temperature may be complex."""
    r = PARAMETERS.reactions[i]
    constant = r.frequency * np.exp(-r.activation_energy / (R * temperature))
    if i == CATHODE:
        return constant * left * (1.0 - left)
    if i == ANODE:
        return constant * left * np.exp(-(PARAMETERS.film + r.remaining - left) / PARAMETERS.film_scale)
    return constant * left
