"""An invented LFP cell of 50 A.h, flat at 3.2 V, with hysteresis: as somebody would write its file."""

import tomllib

TEXT = """\
format = 1

[cell]
name = "LFP 50"
source = "invented"
capacity = 180e3  # 50 A.h
reference_temperature = 298.15

[limits]
minimum_voltage = 2.5
maximum_voltage = 3.65
maximum_charge_current = 50.0
maximum_discharge_current = 150.0

[heat]
heat_capacity = 1100.0
mass = 1.1

[open_circuit_voltage]
soc = [0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.95, 0.98, 1.0]
voltage = [2.6, 2.95, 3.1, 3.18, 3.2, 3.2, 3.2, 3.2, 3.21, 3.22, 3.26, 3.45]

[ohmic_resistance]
soc = [0.0, 0.1, 1.0]
resistance = [1.5e-3, 9e-4, 8e-4]
activation_energy = 18e3

[[rc_pairs]]
soc = [0.0, 0.25, 1.0]
resistance = [8e-4, 5e-4, 5e-4]
capacitance = [1e4, 2e4, 2e4]
activation_energy = 25e3

[[rc_pairs]]
resistance = [1.2e-3]
capacitance = [2e5]
activation_energy = 30e3

[[rc_pairs]]
resistance = [6e-4]
capacitance = [3e6]

[hysteresis]
bound = 0.015
rate = 40.0

[losses]
coulombic_efficiency = 0.998
self_discharge_current = 5e-4
"""


def contents():
    """Return what is in the file."""
    return tomllib.loads(TEXT)


def written(folder, text=TEXT):
    """Write the file, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "lfp.toml"
    path.write_text(text, encoding="utf-8")
    return path
