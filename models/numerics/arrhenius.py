"""Arrhenius laws: factors on the rate and on the resistance of a thermally activated process by its temperature."""

from __future__ import annotations

import math

from ...core.kernel import kernel

GAS_CONSTANT = 8.31446261815324
"""Molar gas constant [J/(mol K)], exact in the SI of 2019."""

FARADAY_CONSTANT = 96485.33212331
"""Charge of a mole of electrons [C/mol], exact in the SI of 2019 and rounded."""


@kernel
def acceleration(activation_energy: float, temperature: float, reference: float) -> float:
    """Factor on a rate of `activation_energy` [J/mol] at `temperature` [K]; 1 at the `reference` [K]."""
    return math.exp(activation_energy / GAS_CONSTANT * (1.0 / reference - 1.0 / temperature))


@kernel
def arrhenius(activation_energy: float, temperature: float, reference: float) -> float:
    """Factor on a resistance of `activation_energy` [J/mol] at `temperature` [K]; 1 at the `reference` [K]."""
    return math.exp(activation_energy / GAS_CONSTANT * (1.0 / temperature - 1.0 / reference))


@kernel
def thermal_voltage(temperature: float) -> float:
    """Return R T / F [V] at a temperature [K]."""
    return GAS_CONSTANT * temperature / FARADAY_CONSTANT
