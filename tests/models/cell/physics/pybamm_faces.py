"""The DFN with PyBaMM's means at faces: python -m tests.models.cell.physics.pybamm_faces FILE PROTOCOL LONGEST...

In the file's name `series` means that kappa is that of two half volumes in series, as ours is; else PyBaMM's linear
interpolation of kappa is taken. The diffusion potential has the harmonic mean of 1/c_e in both. Kernels of packfmu are
replaced before they are compiled, so this needs a process of its own. Prints the RMS departure from each trace and
the greatest [mV], and the greatest of the anode potential where the trace has one.
"""

import sys

from packfmu.core.kernel import Block, kernel
from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.electrochemistry.porous import transport
from tests.models.cell.physics.pybamm_cells import FINE, both_departures, rms

NEGATIVE, SEPARATOR, POSITIVE = 8.52e-6, 3e-6, 7.56e-6
"""Widths of the volumes of Chen 2020, 10/4/10 [m]."""


@kernel
def width(i: int) -> float:
    """Return the width of a volume [m]."""
    if i < 10:
        return NEGATIVE
    return SEPARATOR if i < 14 else POSITIVE


@kernel
def drop_by_mean(x: Block, i: int) -> tuple[float, float, float]:
    """Return ``C (c_j - c_i)`` at the right face of volume i, C the harmonic mean of 1/c, and its derivatives."""
    j = i + 1
    rise, share = x.iterate[j] - x.iterate[i], width(i) / (width(i) + width(j))
    mean = 1.0 / (share * x.iterate[i] + (1.0 - share) * x.iterate[j])
    return rise * mean, -mean - rise * mean * mean * share, mean - rise * mean * mean * (1.0 - share)


@kernel
def resistance(x: Block, i: int) -> tuple[float, float, float]:
    """Return the resistance at the right face of volume i, kappa interpolated, and its derivatives [Ohm]."""
    j = i + 1
    uneven = (width(i) + width(j)) ** 2 / (width(i) * width(j))
    left, right = x.conduction_resistance[i], x.conduction_resistance[j]
    both = left + right
    by_left = uneven * (right / both) ** 2 * x.conduction_by_concentration[i]
    by_right = uneven * (left / both) ** 2 * x.conduction_by_concentration[j]
    return uneven * left * right / both, by_left, by_right


def main() -> int:
    """Print the departures."""
    name, *wanted = sys.argv[1:]
    transport.diffusion_drop = drop_by_mean
    if "series" not in name:
        transport.ionic_resistance = resistance
    for protocol, longest in zip(wanted[::2], wanted[1::2], strict=True):
        modes = FINE if "fine" in name else None
        second = "anode" if "charge" in protocol or protocol == "drive" else "V"
        found, anode = both_departures("chen_2020", Physics.DFN, name, protocol, second, float(longest), modes=modes)
        told = (rms(found), abs(found).max(), abs(anode).max()) if second == "anode" else (rms(found), abs(found).max())
        print(protocol, *told, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
