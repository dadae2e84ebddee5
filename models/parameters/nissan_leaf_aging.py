"""Aging for cells of the 2013 Nissan Leaf, LMO/NMC against graphite, by the laws of Wang et al. 2014.

The laws of capacity are in `parameters.wang_2014`; they were measured on another cell of this chemistry, and what a
film and plating took is in them. The publication has none for resistance.

Assumed:

* The resistance grows by 2e-4 of itself with each full cycle, by a fifth in a thousand. The law of Schmalstieg et al.
  (`parameters.schmalstieg_2014`) gives 8.6e-4 at a depth of 80 % around 3.70 V at 1C, and 1.7e-4 at one of 20 %; a
  car is cycled less deep, and at a third of that C-rate or less. No measurement of aged Leaf cells stands behind it.
* The anode: that of `parameters.graphite_chen_2020`; it makes up 1 mOhm, of the 1.5 mOhm of the cell at once and 4.6
  mOhm at rest with the current, with the activation energy of its exchange current, 35 kJ/mol (C.-H. Chen et al., J.
  Electrochem. Soc. 167 (2020) 080534, doi:10.1149/1945-7111/ab9050). It has no effect on the losses without film and
  plating.
"""

from ..aging.anode import Anode
from ..aging.kind import AgingParameters
from .graphite_chen_2020 import OPEN_CIRCUIT_POTENTIAL, WINDOW
from .wang_2014 import PARAMETERS as LAWS

PARAMETERS = AgingParameters(
    laws=LAWS,
    anode=Anode(
        open_circuit_potential=OPEN_CIRCUIT_POTENTIAL, window=WINDOW, resistance=1e-3, activation_energy=35000.0
    ),
    resistance_rate=2e-4,
)
