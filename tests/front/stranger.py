"""What a stranger types in the first quarter of an hour: files and commands, no Python."""

import math

CELL = """\
format = 1

[cell]
name = "LFP 20 A.h"
source = "made up"
capacity = 72000.0
soc = [0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.97, 1.0]

[limits]
minimum_voltage = 2.5
maximum_voltage = 3.65
maximum_charge_current = 20.0
maximum_discharge_current = 60.0

[heat]
heat_capacity = 500.0

[open_circuit_voltage]
voltage = [2.60, 2.95, 3.10, 3.18, 3.22, 3.27, 3.28, 3.31, 3.32, 3.34, 3.45]

[ohmic_resistance]
resistance = [0.0025]
activation_energy = 20000.0

[[rc_pairs]]
resistance = [0.0015]
capacitance = [20000.0]
activation_energy = 30000.0

[[rc_pairs]]
resistance = [0.001]
capacitance = [60000.0]

[[rc_pairs]]
resistance = [0.0008]
capacitance = [1500000.0]

[hysteresis]
bound = 0.015
rate = 20.0
"""


def profile_text(rows=1800):
    """Return a profile of irregular time stamps, one of them twice: bursts of discharge, now and then a charge."""
    lines, time = ["time [s],power [kW]"], 0.0
    for row in range(rows):
        power = -2.0 - 1.5 * math.sin(row / 20.0) + (2.5 if row % 90 < 10 else 0.0)
        lines.append(f"{time:.3f},{power:.4f}")
        if row != rows // 2:
            time += 0.4 + 0.37 * ((row * 7919) % 11) / 10.0
    return "\n".join(lines) + "\n"


def commands(cell="cells/my_cell.toml"):
    """Return the commands, a list of words each, without the name of the program."""
    return [
        ["new", "my_pack.toml", "--series", "16", "--parallel", "2", "--cell", cell],
        ["check", "my_pack.toml"],
        ["run", "my_pack.toml", "commute.csv"],
        ["report", "dist/my_pack_commute.nc"],
    ]
