"""Aging of Sanyo UR18650E cells, NMC against graphite, by the laws of Schmalstieg et al. 2014.

The laws, of capacity and of resistance, are in `parameters.schmalstieg_2014`. They were measured on cells that lay, or
were cycled at 35 degC and 1C: what a film and plating took is in them, and neither is counted besides.

Assumed, and of no effect on the losses without film and plating: the anode of `parameters.graphite_chen_2020`, and that
it makes up 15 mOhm of such a cell's resistance, with the activation energy of its exchange current, 35 kJ/mol (C.-H.
Chen et al., J. Electrochem. Soc. 167 (2020) 080534, doi:10.1149/1945-7111/ab9050).
"""

from ..aging.anode import Anode
from ..aging.kind import AgingParameters
from .graphite_chen_2020 import OPEN_CIRCUIT_POTENTIAL, WINDOW
from .schmalstieg_2014 import PARAMETERS as LAWS

PARAMETERS = AgingParameters(
    laws=LAWS,
    anode=Anode(
        open_circuit_potential=OPEN_CIRCUIT_POTENTIAL, window=WINDOW, resistance=0.015, activation_energy=35000.0
    ),
)
