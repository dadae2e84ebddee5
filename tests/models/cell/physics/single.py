"""Cells as single particles with every effect on: entropy, films, contacts, losses."""

from dataclasses import replace

import numpy as np

from packfmu.core.instance import Instance
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.numerics.curves import tabulate
from packfmu.models.parameters.chen_2020 import PARAMETERS


def with_all_effects(physics=Physics.SPM, **changes):
    """Return a cell in which no part of the heat is trivial."""

    def changed(electrode, entropy, transfer):
        curve = tabulate(lambda x: entropy * np.sin(5.0 * x), 0.0, 1.0, 1e-9)
        material = replace(electrode.materials[0], entropic_coefficient=curve, transfer=transfer)
        return replace(electrode, materials=(material,), film_resistance=2e-3)

    return replace(
        PARAMETERS,
        physics=physics,
        negative=changed(PARAMETERS.negative, 2e-4, 0.5),
        positive=changed(PARAMETERS.positive, -3e-4, 0.4),
        contact_resistance=5e-3,
        coulombic_efficiency=0.99,
        self_discharge_current=0.01,
        self_discharge_activation_energy=5e4,
        **changes,
    )


def started(kind, cells=1, **start):
    """Return initialised cells."""
    cell = Instance(kind.declare(cells).with_start({"initial_soc": 0.6} | start))
    cell.initialize()
    return cell
