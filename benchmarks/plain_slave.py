"""The cells of models/cell as a plain pythonfmu slave, written the way pythonfmu's README teaches.

Every variable is an attribute that is registered, with the getter and setter that pythonfmu gives it; a step gathers
the attributes into numpy arrays, computes on these, and spreads the results again. The kind of the cells and their
number come from cells.json, a project file. The potential of a step is the mean of its ends, and tables hold their
ends; else the equations are the same.
"""

import json
from pathlib import Path

import numpy as np
from pythonfmu import Fmi2Causality, Fmi2Slave, Fmi2Variability, Integer, Real

GAS_CONSTANT = 8.31446261815324
INPUTS = {"current": 0.0, "temperature": 298.15}
OUTPUTS = ("emf", "resistance", "voltage", "soc", "heat_rate")
PARAMETERS = ("capacity", "initial_soc", "resistance_scale", "coulombic_efficiency", "self_discharge_current")
LEDGER = ("electrical_energy", "stored_energy", "heat", "table_energy", "charge", "stored_charge", "lost_charge")


class PlainSlave(Fmi2Slave):
    """Cells as Thévenin equivalent circuits."""

    author = "The packfmu developers"
    description = "Cells as Thévenin equivalent circuits"

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        kind = json.loads((Path(self.resources, "cells.json")).read_text())
        self.numbers = range(1, kind["cells"] + 1)
        self.kind = {name: np.array(value) for name, value in kind.items()}
        self.grid = np.linspace(0.0, 1.0, len(kind["open_circuit_voltage"]))
        for name, start in INPUTS.items():
            self.register_each(name, Fmi2Causality.input, [start] * len(self.numbers))
        for name in OUTPUTS:
            self.register_each(name, Fmi2Causality.output, [0.0] * len(self.numbers))
        for name in PARAMETERS:
            self.register_each(name, Fmi2Causality.parameter, kind[name], Fmi2Variability.fixed)
        self.lookahead = 0.5
        tunable = Fmi2Variability.tunable
        self.register_variable(Real("lookahead", causality=Fmi2Causality.parameter, variability=tunable))
        for name in LEDGER:
            setattr(self, name, 0.0)
            self.register_variable(Real(name, causality=Fmi2Causality.output))
        discrete = Fmi2Variability.discrete
        for name in ("voltage", "soc"):
            for extreme in ("minimum", "maximum", "mean"):
                setattr(self, f"{name}_{extreme}", 0.0)
                self.register_variable(Real(f"{name}_{extreme}", causality=Fmi2Causality.output))
            for extreme in ("minimum", "maximum"):
                setattr(self, f"{name}_{extreme}_cell", 1)
                number = Integer(f"{name}_{extreme}_cell", causality=Fmi2Causality.output, variability=discrete)
                self.register_variable(number)

    def register_each(self, name, causality, values, variability=Fmi2Variability.continuous):
        """Register a variable of each cell."""
        for k, value in zip(self.numbers, values, strict=True):
            setattr(self, f"{name}_{k}", value)
            self.register_variable(Real(f"{name}_{k}", causality=causality, variability=variability))

    def gather(self, name):
        """Return a variable of all cells."""
        return np.array([getattr(self, f"{name}_{k}") for k in self.numbers])

    def spread(self, name, values):
        """Set a variable of each cell."""
        for k, value in zip(self.numbers, values, strict=True):
            setattr(self, f"{name}_{k}", value)

    def exit_initialization_mode(self):
        """Rest at the initial SOC."""
        self.parameters = {name: self.gather(name) for name in PARAMETERS}
        self.state_of_charge = self.parameters["initial_soc"]
        self.remainder = np.zeros(len(self.numbers))
        self.pair_voltage = np.zeros((len(self.kind["polarisation_resistance"]), len(self.numbers)))
        self.hysteresis = np.zeros(len(self.numbers))
        self.held = np.zeros(len(self.numbers))
        self.heat_up(self.gather("temperature"))
        self.tell()

    def heat_up(self, temperature):
        """Compute what depends on temperature alone."""
        kind, scale = self.kind, self.parameters["resistance_scale"]
        x = (1.0 / temperature - 1.0 / kind["reference_temperature"]) / GAS_CONSTANT
        self.kelvin = temperature
        self.warmer = temperature - kind["reference_temperature"]
        self.ohmic_factor = scale * np.exp(kind["ohmic_activation_energy"] * x)
        self.pair_factor = scale * np.exp(kind["polarisation_activation_energy"][:, None] * x)
        rate = np.exp(-kind["self_discharge_activation_energy"] * x)
        self.self_discharge = self.parameters["self_discharge_current"] * rate

    def at(self, table, soc):
        """Interpolate one table, or one of each pair."""
        table = self.kind[table]
        if table.ndim == 1:
            return np.interp(soc, self.grid, table)
        return np.array([np.interp(soc, self.grid, row) for row in table])

    def do_step(self, current_time, step_size):
        """Step all cells."""
        h, i = step_size, self.gather("current")
        temperature = self.gather("temperature")
        if (temperature != self.kelvin).any():
            self.heat_up(temperature)
        self.held = i
        main = np.where(i > 0.0, self.parameters["coulombic_efficiency"] * i, i) - self.self_discharge
        begin, end = self.store(i, main, h)
        middle = 0.5 * (begin + end)
        ohmic = self.ohmic_factor * self.at("ohmic_resistance", middle)
        reference = 0.5 * (self.at("open_circuit_voltage", begin) + self.at("open_circuit_voltage", end))
        entropic = 0.5 * (self.at("entropic_coefficient", begin) + self.at("entropic_coefficient", end))
        potential = reference + self.warmer * entropic
        integral, stored, lost, booked = self.polarise(i, (begin, middle, end), h) + self.switch(i, h)
        heat = h * (i * i * ohmic + main * temperature * entropic + (i - main) * potential) + lost
        self.spread("heat_rate", heat / h)
        self.heat = float(heat.sum())
        self.electrical_energy = float((i * (h * (potential + ohmic * i) + integral)).sum())
        rest = reference - self.kind["reference_temperature"] * entropic
        self.stored_energy = float((h * main * rest + stored).sum())
        self.table_energy = float(booked.sum())
        self.tell()
        return True

    def store(self, i, main, h):
        """Store a current; return the SOC before and after."""
        capacity, begin = self.parameters["capacity"], self.state_of_charge
        small = self.remainder + h * main / capacity
        end = begin + small
        cut_off = small - (end - begin)
        self.charge = float((h * i).sum())
        self.stored_charge = float((capacity * (end - begin + (cut_off - self.remainder))).sum())
        self.lost_charge = float((h * (i - main)).sum())
        self.state_of_charge, self.remainder = end, cut_off
        return begin, end

    def polarise(self, i, way, h):
        """Step the RC pairs; return integral, stored, lost and booked energy."""
        before, middle, after = way
        r = self.pair_factor * self.at("polarisation_resistance", middle)
        c = self.at("polarisation_capacitance", middle)
        v = self.pair_voltage
        end, integral, square = relax(v, r * i, 1.0 / (r * c), h)
        self.pair_voltage = end
        stored = 0.5 * c * (end - v) * (end + v)
        booked = 0.5 * (self.at("polarisation_capacitance", after) - c) * end * end
        booked -= 0.5 * (self.at("polarisation_capacitance", before) - c) * v * v
        return np.array([integral.sum(0), stored.sum(0), (square / r).sum(0), booked.sum(0)])

    def switch(self, i, h):
        """Step the hysteresis voltage; return what `polarise` returns."""
        bound = self.kind["hysteresis_bound"]
        if bound == 0.0:
            return np.zeros((4, len(self.numbers)))
        rate = self.kind["hysteresis_rate"]
        c = self.parameters["capacity"] / (rate * bound)
        by_charge = rate * i / self.parameters["capacity"]
        total = np.abs(by_charge) + self.kind["hysteresis_decay_rate"]
        v = self.hysteresis
        end, integral, square = relax(v, bound * by_charge / total, total, h)
        self.hysteresis = end
        return np.array([integral, 0.5 * c * (end - v) * (end + v), total * c * square, np.zeros_like(v)])

    def tell(self):
        """Write the outputs."""
        soc, i = self.state_of_charge, self.held
        voltage = self.at("open_circuit_voltage", soc) + self.warmer * self.at("entropic_coefficient", soc)
        voltage = voltage + self.ohmic_factor * self.at("ohmic_resistance", soc) * i
        voltage = voltage + self.pair_voltage.sum(0) + self.hysteresis
        self.spread("voltage", voltage)
        self.spread("soc", soc)
        for name, values in (("voltage", voltage), ("soc", soc)):
            setattr(self, f"{name}_minimum", float(values.min()))
            setattr(self, f"{name}_maximum", float(values.max()))
            setattr(self, f"{name}_mean", float(values.mean()))
            setattr(self, f"{name}_minimum_cell", int(values.argmin()) + 1)
            setattr(self, f"{name}_maximum_cell", int(values.argmax()) + 1)
        self.offer_port(soc, i)

    def offer_port(self, soc, i):
        """Compute the Thévenin equivalents."""
        ahead, capacity = self.lookahead, self.parameters["capacity"]
        per_current = np.where(i > 0.0, self.parameters["coulombic_efficiency"], 1.0) * ahead / capacity
        drift = per_current * i - ahead * self.self_discharge / capacity
        then, middle = soc + drift, soc + 0.5 * drift
        r = self.pair_factor * self.at("polarisation_resistance", middle)
        remaining = np.exp(-ahead / (r * self.at("polarisation_capacitance", middle)))
        resistance = self.ohmic_factor * self.at("ohmic_resistance", then)
        voltage = self.at("open_circuit_voltage", then) + self.warmer * self.at("entropic_coefficient", then)
        voltage = voltage + resistance * i + (r * i + (self.pair_voltage - r * i) * remaining).sum(0)
        segment = np.clip((then * (len(self.grid) - 1)).astype(int), 0, len(self.grid) - 2)
        slopes = [np.diff(self.kind[name])[segment] for name in ("open_circuit_voltage", "entropic_coefficient")]
        slope = (slopes[0] + self.warmer * slopes[1]) * (len(self.grid) - 1)
        resistance = resistance + (r * (1.0 - remaining)).sum(0) + per_current * slope
        if self.kind["hysteresis_bound"] != 0.0:
            switched, switching = self.hysteresis_ahead(i)
            voltage, resistance = voltage + switched, resistance + switching
        self.spread("emf", voltage - resistance * i)
        self.spread("resistance", resistance)

    def hysteresis_ahead(self, i):
        """Return the hysteresis voltage ahead, and its derivative by the current."""
        ahead, bound = self.lookahead, self.kind["hysteresis_bound"]
        per = self.kind["hysteresis_rate"] / self.parameters["capacity"]
        by_charge = per * i
        rate = np.abs(by_charge) + self.kind["hysteresis_decay_rate"]
        remaining = np.exp(-rate * ahead)
        area = (1.0 - remaining) / rate
        derivative = bound * area + bound * np.abs(by_charge) * (ahead * remaining - area) / rate
        derivative -= np.sign(by_charge) * ahead * remaining * self.hysteresis
        return self.hysteresis * remaining + bound * by_charge * area, per * derivative


def relax(value, settled, rate, h):
    """Return the end, and the integrals of the value and its square, of a relaxation."""
    distance, gone = value - settled, -np.expm1(-rate * h)
    area = gone / rate
    integral = h * settled + distance * area
    square = settled * (integral + distance * area) + distance * distance * area * (1.0 - 0.5 * gone)
    return value - distance * gone, integral, square
