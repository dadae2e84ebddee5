"""Open-circuit potential of graphite with a little silicon (LG M50), against lithium, over its stoichiometry.

C.-H. Chen, F. Brosa Planella, K. O'Regan, D. Gastol, W. D. Widanage, E. Kendrick, J. Electrochem. Soc. 167 (2020)
080534, doi:10.1149/1945-7111/ab9050, equation 9. For an anode potential where the cell's own electrode is not known.
"""

import numpy as np

_X = np.linspace(0.0, 1.0, 201)

OPEN_CIRCUIT_POTENTIAL = (
    1.9793 * np.exp(-39.3631 * _X)
    + 0.2482
    - 0.0909 * np.tanh(29.8538 * (_X - 0.1234))
    - 0.04478 * np.tanh(14.9159 * (_X - 0.2769))
    - 0.0205 * np.tanh(30.4444 * (_X - 0.6103))
)
"""V, on a uniform grid of stoichiometry 0 to 1."""

WINDOW = (0.0279, 0.9014)
"""Stoichiometry at SOC 0 and 1 of the cell, LG M50; table VII of the publication."""
