"""The tables of a cell file: an equivalent circuit with its limits and its heat, readable by anybody.

No other format for equivalent circuits is known to us (BPX describes electrodes), so this one has a number of its own,
`FORMAT`, and the names of the field. A key is what it describes; its unit, always SI, stands in the schema. Currents
are positive, capacities in C: 1 A.h is 3600 C.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ...models.cell.kind import ModelErrors
from ..reading.checking import said_of
from ..setting import Table
from .soc_tables import (
    MOST_TEMPERATURES,
    Energy,
    EntropicCoefficient,
    Nodes,
    OhmicResistance,
    OpenCircuitVoltage,
    RcPair,
)

FORMAT = 1
"""Number of the format; another one would mean other keys."""

MOST_PAIRS = 8
"""RC pairs of a cell."""

MOST_RATE = 1000.0
"""Greatest hourly rate of a limit of the current; more is a capacity in A.h."""

_DEFAULTS = ModelErrors()


NotBelowZero = Annotated[float, Field(ge=0, le=1e9)]
Current = Annotated[float, Field(gt=0, le=1e6)]


class CellIdentity(Table):
    """What the cell is."""

    name: str = Field(min_length=1, max_length=200, description="name of the cell")
    source: str = Field(default="", description="where the figures come from")
    capacity: float = Field(ge=1, le=1e9, description="charge between SOC 0 and 1; 1 A.h is 3600 C [C]")
    reference_temperature: float = Field(
        default=298.15, ge=200, le=500, description="temperature that the tables hold at [K]"
    )
    soc: Nodes | None = Field(default=None, description="nodes of all tables that have none of their own, rising [1]")


class OperatingLimits(Table):
    """Within what the cell may be used."""

    minimum_voltage: float = Field(gt=0, le=10, description="least voltage [V]")
    maximum_voltage: float = Field(gt=0, le=10, description="greatest voltage [V]")
    maximum_charge_current: Current = Field(description="greatest charging current, a positive number [A]")
    maximum_discharge_current: Current = Field(description="greatest discharging current, a positive number [A]")

    @model_validator(mode="after")
    def _ordered(self) -> OperatingLimits:
        if self.minimum_voltage >= self.maximum_voltage:
            raise ValueError(
                f"minimum_voltage = {self.minimum_voltage:g} must be below maximum_voltage = {self.maximum_voltage:g}"
            )
        return self


class HysteresisVoltage(Table):
    """Voltage that remembers the direction of the current; 0 without this table.

    Under a current i, positive while charging:
    d v_h / dt = rate / capacity * (bound * i - v_h * |i|) - decay_rate * v_h
    """

    bound: float = Field(ge=0, le=1, description="hysteresis voltage after a long charge [V]")
    rate: float = Field(ge=1e-3, le=1e6, description="reciprocal of the SOC over which it switches [1]")
    decay_rate: float = Field(default=0.0, ge=0, le=1, description="reciprocal of the time in which it fades [1/s]")


class ChargeLosses(Table):
    """Charge that is put in and cannot be taken out; none without this table."""

    coulombic_efficiency: float = Field(
        default=1.0, gt=0, le=1, description="share of the charging current that is stored [1]"
    )
    self_discharge_current: NotBelowZero = Field(default=0.0, description="at the reference temperature [A]")
    self_discharge_activation_energy: Energy = Field(
        default=0.0, description="the self-discharge current rises by this Arrhenius law [J/mol]"
    )


class HeatFigures(Table):
    """The cell as one heat capacity."""

    heat_capacity: float = Field(ge=1e-3, le=1e9, description="of the whole cell [J/K]")
    mass: NotBelowZero = Field(default=0.0, description="of the cell; 0: not told [kg]")
    convection: NotBelowZero = Field(
        default=0.0, description="to the surroundings, as the cell was measured; 0: not told [W/K]"
    )


class CircuitErrors(Table):
    """How far the circuit is off its cell: standard deviations, by which an estimation trusts its voltage."""

    fast: NotBelowZero = Field(default=_DEFAULTS.fast, description="of the voltage, from sample to sample [V]")
    slow: NotBelowZero = Field(
        default=_DEFAULTS.slow, description="of the voltage, alike over minutes and some percent of SOC [V]"
    )
    along_soc: NotBelowZero = Field(
        default=_DEFAULTS.along_soc, description="of the open-circuit voltage along SOC [1]"
    )
    resistance: NotBelowZero = Field(
        default=_DEFAULTS.resistance, description="of the resistances, as a share of them [1]"
    )
    hysteresis: NotBelowZero = Field(default=_DEFAULTS.hysteresis, description="of the hysteresis voltage [V]")


class CircuitFile(Table):
    """A cell as an equivalent circuit: open-circuit voltage, ohmic resistance, RC pairs in series, hysteresis.

    All figures are in SI units. SOC is 0 to 1. Tables are linear between their nodes, and hold their ends beyond them.
    At a temperature T, with R_gas = 8.314 J/(mol K):
    U(T) = U + dU/dT * (T - reference_temperature)
    R(T) = R * exp(activation_energy / R_gas * (1 / T - 1 / reference_temperature))
    Between several temperatures, resistances over their law exp(..) are linear in 1 / T; beyond, they follow the law.
    """

    format: Literal[1] = Field(description="number of the format")
    cell: CellIdentity
    limits: OperatingLimits
    heat: HeatFigures
    open_circuit_voltage: OpenCircuitVoltage
    entropic_coefficient: EntropicCoefficient = EntropicCoefficient(coefficient=[0.0])
    ohmic_resistance: OhmicResistance
    rc_pairs: list[RcPair] = Field(min_length=1, max_length=MOST_PAIRS, description="in any order")
    hysteresis: HysteresisVoltage = HysteresisVoltage(bound=0.0, rate=1.0)
    losses: ChargeLosses = ChargeLosses()
    errors: CircuitErrors = CircuitErrors()

    @model_validator(mode="after")
    def _consistent(self) -> CircuitFile:
        for table, nodes, values in self.over_soc():
            with said_of(table):
                _check_lengths(nodes, values)
        with said_of("ohmic_resistance"):
            _check_temperatures(self.temperatures())
        with said_of("open_circuit_voltage"):
            self._check_voltage()
        with said_of("limits"):
            self._check_rates()
        return self

    def over_soc(self) -> list[tuple[str, list[float], dict[str, list[float]]]]:
        """Return the tables over SOC: how a message calls each, its nodes, and its values by their keys.

        They are those of voltage, entropic coefficient, ohmic resistance and each pair. A table without nodes has none.
        """
        voltage, entropic, ohmic = self.open_circuit_voltage, self.entropic_coefficient, self.ohmic_resistance
        tables: list[tuple[str, list[float] | None, dict[str, list[float]]]] = [
            ("open_circuit_voltage", voltage.soc, {"voltage": voltage.voltage}),
            ("entropic_coefficient", entropic.soc, {"coefficient": entropic.coefficient}),
            ("ohmic_resistance", ohmic.soc, ohmic.rows()),
        ]
        for j, pair in enumerate(self.rc_pairs, 1):
            tables.append((f"rc_pairs.{j}", pair.soc, {**pair.rows(), "capacitance": pair.capacitance}))
        return [(name, nodes or self.cell.soc or [], values) for name, nodes, values in tables]

    def temperatures(self) -> list[float]:
        """Return the temperatures of all tables of resistance, rising [K]; none where all have one table."""
        return sorted({own for table in (self.ohmic_resistance, *self.rc_pairs) for own in table.temperatures or ()})

    def _check_voltage(self) -> None:
        nodes = self.open_circuit_voltage.soc or self.cell.soc or []
        if not (nodes[0] == 0.0 and nodes[-1] == 1.0):
            raise ValueError(
                f"soc reaches from {nodes[0]:g} to {nodes[-1]:g}, and must from 0 to 1; continue the voltage to both"
            )
        voltages, limits = self.open_circuit_voltage.voltage, self.limits
        if voltages[0] >= limits.maximum_voltage or voltages[-1] <= limits.minimum_voltage:
            raise ValueError(
                f"voltage is {voltages[0]:g} to {voltages[-1]:g} V, of which the limits of {limits.minimum_voltage:g} "
                f"to {limits.maximum_voltage:g} V allow nothing"
            )

    def _check_rates(self) -> None:
        for key in ("maximum_charge_current", "maximum_discharge_current"):
            current = getattr(self.limits, key)
            rate = current * 3600.0 / self.cell.capacity
            if rate > MOST_RATE:
                raise ValueError(
                    f"{key} = {current:g} A is {rate:.4g} times the capacity of {self.cell.capacity:g} C in an hour, "
                    f"at most {MOST_RATE:g} are taken; is the capacity in A.h? 1 A.h is 3600 C"
                )


def _check_temperatures(temperatures: list[float]) -> None:
    """Raise ValueError where all tables together have too many temperatures."""
    if len(temperatures) > 2 * MOST_TEMPERATURES:
        raise ValueError(
            f"with those of the pairs, tables have {len(temperatures)} temperatures; at most {2 * MOST_TEMPERATURES} "
            "are taken"
        )


def _check_lengths(nodes: list[float], values: dict[str, list[float]]) -> None:
    """Raise ValueError unless each list has a value a node, or is a single one."""
    for key, held in values.items():
        if len(held) == 1:
            continue
        if not nodes:
            raise ValueError(f"{key} has {len(held)} values and no nodes; give soc here or in [cell]")
        if len(held) != len(nodes):
            raise ValueError(f"{key} has {len(held)} values over {len(nodes)} nodes of soc; give one each, or one")
