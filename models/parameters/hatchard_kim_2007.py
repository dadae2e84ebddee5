"""Reactions of a charged cell of LiCoO2 against graphite that is too hot, as Hatchard 2001 and Kim 2007 have them.

T. D. Hatchard, D. D. MacNeil, A. Basu, J. R. Dahn, J. Electrochem. Soc. 148 (2001) A755, doi:10.1149/1.1377592, has the
kinetics of film, anode and cathode; G.-H. Kim, A. Pesaran, R. Spotnitz, J. Power Sources 170 (2007) 476,
doi:10.1016/j.jpowsour.2007.04.018, table 1, has all of them per volume, and the electrolyte. Others go about with the
same name: an anode of 1.5006e5 J/mol, an electrolyte of 5.7e15 1/s and 2e5 J/mol, a cathode of 1300 kg/m3.

Of an 18650 cell whose can, 16.54 cm3, is the reacting volume, these are 20.5 kJ: film 0.39, anode 12.98, cathode 6.09,
electrolyte 1.04. Whether the volume is that of the can or of the windings in it is not settled: with 0.8 of it the
oven in which the cell runs away is 4 K hotter.

The sources know no SOC: the heats of anode and cathode are those of a charged cell. They have no separator and no vent
either. Assumed: a separator of polypropylene, which melts at 165 degC, and a vent that opens at 160 degC and takes
nothing with it.
"""

from ..thermal.runaway.kind import Reaction, RunawayParameters

PARAMETERS = RunawayParameters(
    sei=Reaction(frequency=1.667e15, activation_energy=1.3508e5, heat=2.57e5, density=610.4, remaining=0.15),
    anode=Reaction(frequency=2.5e13, activation_energy=1.3508e5, heat=1.714e6, density=610.4, remaining=0.75),
    cathode=Reaction(frequency=6.667e13, activation_energy=1.396e5, heat=3.14e5, density=1221.0, remaining=0.96),
    electrolyte=Reaction(frequency=5.14e25, activation_energy=2.74e5, heat=1.55e5, density=406.9),
    film=0.033,
    film_scale=0.033,
)
