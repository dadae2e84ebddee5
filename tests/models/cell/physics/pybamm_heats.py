"""Heats of cells by PyBaMM's definitions, computed from the states of ours (tests/references/physics/README.md).

They hold after a step with `lookahead` 0: the port then leaves the solution of this instant.
"""

from functools import cache

import numpy as np
from scipy.interpolate import CubicHermiteSpline

from packfmu.models.electrochemistry.kind import Physics
from packfmu.models.numerics.arrhenius import FARADAY_CONSTANT, GAS_CONSTANT
from tests.models.cell.physics.pybamm_cells import SETS, uniform_volumes


def halved(faces):
    """Return the mean of the values at both faces of each volume."""
    return 0.5 * (faces[1:] + faces[:-1])


def reactions(cell, physics):
    """Return the material, the charge [C] and the reaction current [A] of each particle."""
    x, p = cell.x, cell.p
    if physics is not Physics.DFN:
        return np.array([0, 1]), np.array(x.material_charge[0]), np.array([-1.0, 1.0]) * x.current[0]
    widths = p.negative_width, p.positive_width
    material = np.repeat([0, 1], [each.size for each in widths])
    return material, np.concatenate(widths) * np.array(x.material_charge[0])[material], np.array(x.reaction)


@cache
def derivatives(parameters, m):
    """Return dU/dx of a material at the reference temperature and that of dU/dT, as functions."""
    material = SETS[parameters].electrodes[m].materials[0]
    curves = material.open_circuit_potential, material.entropic_coefficient
    grids = [np.linspace(curve.low, curve.high, curve.values.size) for curve in curves]
    return [CubicHermiteSpline(grid, c.values, c.slopes).derivative() for grid, c in zip(grids, curves, strict=True)]


def steepness(cell, parameters, m, stoichiometry):
    """Return dU/dx of a material at the temperature of the cell [V]."""
    potential, entropic = derivatives(parameters, m)
    warmer = cell.x.temperature[0] - SETS[parameters].reference_temperature
    return potential(stoichiometry) + warmer * entropic(stoichiometry)


def mixing(cell, parameters, physics):
    """Return ``-sum 3 Q D/R^2 integral r^2 (dx/dr)^2 U'(x) dr``: what gradients in the particles dissipate [W]."""
    x, found = cell.x, 0.0
    count = cell.p.mode_rate.size + 1
    inside, sizes = uniform_volumes(count)[2], np.diff(np.linspace(0.0, 1.0, count + 1) ** 3) / 3.0
    modes = np.array(x.mode[0]).reshape(-1, count - 1)
    for particle, (m, charge, current) in enumerate(zip(*reactions(cell, physics), strict=True)):
        rate, profile = x.diffusion_rate[0, m], x.mean_stoichiometry[0, particle] + inside @ modes[particle]
        slopes = np.concatenate([[0.0], np.diff(profile) * count, [-current / charge / (3.0 * rate)]])
        found -= 3.0 * charge * rate * np.sum(sizes * halved(slopes) ** 2 * steepness(cell, parameters, m, profile))
    return found


def porous_ohmic(cell):
    """Return the ohmic heat of a DFN [W]: currents and gradients, each averaged from the faces of a volume."""
    x, p = cell.x, cell.p
    n, s = p.negative_width.size, p.separator_width.size
    total = -x.current[0]
    inner = np.array(x.face_current)[:-1]
    inner[n - 1 : n + s] = total
    thermal = GAS_CONSTANT * x.temperature[0] / FARADAY_CONSTANT * 2.0 * (1.0 - p.transference)
    resistance = np.array(x.conduction_resistance)
    widths, found = layer_widths(cell), 0.0
    apart, concentration = 0.5 * (widths[1:] + widths[:-1]), np.array(x.iterate)
    mean = (widths[:-1] * concentration[:-1] + widths[1:] * concentration[1:]) / (2.0 * apart)
    fall = thermal * np.diff(concentration) / mean - inner * (resistance[1:] + resistance[:-1])
    slope = np.concatenate([[0.0], fall / apart, [0.0]])
    ionic = np.concatenate([[0.0], inner, [0.0]])
    found -= np.sum(widths * halved(ionic) * halved(slope))
    for part in (slice(0, n), slice(n + s, None)):
        solid = np.array(x.node_solid)[part]
        faces = np.concatenate([[0.0], inner, [0.0]])[part.start : part.start + solid.size + 1]
        electronic = total - faces
        slopes = -electronic * 2.0 * solid[0] / widths[part][0]
        found -= np.sum(widths[part] * halved(electronic) * halved(slopes))
    return found


def layer_widths(cell):
    """Return the width of each volume [m]."""
    p = cell.p
    negative, positive = p.negative_width * p.thickness[0], p.positive_width * p.thickness[1]
    return np.concatenate([negative, p.separator_width * p.separator_thickness, positive])


def salt_ohmic(cell, kappa, linear=False):
    """Return the ohmic heat of an SPMe [W], from potentials of the volumes; `kappa` is the conductivity [S/m].

    `linear` has the concentration in place of its logarithm, as published.
    """
    x, p = cell.x, cell.p
    total, area, widths = -x.current[0], x.electrode_area[0], layer_widths(cell)
    n, s = p.negative_width.size, p.separator_width.size
    ends, pores = np.cumsum([0.0, p.thickness[0], p.separator_thickness, p.thickness[1]]), p.transport_efficiency
    middle = np.cumsum(widths) - 0.5 * widths
    negative, positive = middle[:n], ends[3] - middle[n + s :]
    between = ends[1] / (2.0 * pores[0]) + (middle[n : n + s] - ends[1]) / pores[1]
    across = ends[1] / (2.0 * pores[0]) + p.separator_thickness / pores[1]
    inner = across + (p.thickness[1] ** 2 - positive**2) / (2.0 * p.thickness[1] * pores[2])
    path = np.concatenate([negative**2 / (2.0 * p.thickness[0] * pores[0]), between, inner])
    salt = np.array(x.salt[0]) if linear else np.log1p(x.salt[0])
    thermal = GAS_CONSTANT * x.temperature[0] / FARADAY_CONSTANT * 2.0 * (1.0 - p.transference)
    ionic = np.concatenate([negative / p.thickness[0], np.ones(s), positive / p.thickness[1]]) * total
    found = -dissipated(ionic, thermal * salt - total / area / kappa * path, widths, (0.0, 0.0))
    for part, place, length, sigma in zip(
        (slice(0, n), slice(n + s, None)),
        (negative, p.thickness[1] - positive),
        p.thickness,
        p.solid_conductivity,
        strict=True,
    ):
        first = part.start == 0
        drop = place - place**2 / (2.0 * length) if first else place**2 / (2.0 * length)
        potential = -total / area / sigma * drop
        end = (2.0 * potential[0] / widths[0], 0.0) if first else (0.0, -total / area / sigma)
        found -= dissipated(total - ionic[part], potential, widths[part], end)
    return found


def salt_reaction(cell, parameters):
    """Return the heat of the reactions of an SPMe [W], the overpotential averaged along each electrode."""
    x, p, found = cell.x, cell.p, 0.0
    n, s = p.negative_width.size, p.separator_width.size
    voltage = 2.0 * GAS_CONSTANT * x.temperature[0] / FARADAY_CONSTANT
    for m, _, current in zip(*reactions(cell, Physics.SPME), strict=True):
        surface = x.mean_stoichiometry[0, m] + np.sum(np.array(x.mode[0]).reshape(2, -1)[m])
        salt = 1.0 + np.array(x.salt[0])[slice(0, n) if m == 0 else slice(n + s, None)]
        exchange = x.exchange_current[0, m] * np.sqrt(salt * surface * (1.0 - surface))
        found += current * voltage * np.mean(np.arcsinh(current / (2.0 * exchange)))
    return found


def dissipated(current, potential, widths, ends):
    """Return the sum of the current of each volume times its gradient, averaged from its faces, times its width."""
    inner = np.diff(potential) / (0.5 * (widths[1:] + widths[:-1]))
    return np.sum(widths * current * halved(np.concatenate([[ends[0]], inner, [ends[1]]])))
