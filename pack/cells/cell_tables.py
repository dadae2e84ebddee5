"""The tables of a cell file: an equivalent circuit with its limits and its heat, readable by anybody.

No other format for equivalent circuits is known to us (BPX describes electrodes), so this one has a number of its own,
`FORMAT`, and the names of the field. A key is what it describes; its unit, always SI, stands in the schema. Currents
are positive, capacities in C: 1 A.h is 3600 C.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from ...models.cell.kind import ModelErrors
from ..reading.checking import said_of
from ..setting import Table

FORMAT = 1
"""Number of the format; another one would mean other keys."""

MOST_NODES = 5000
"""Nodes of a table over SOC."""

MOST_PAIRS = 8
"""RC pairs of a cell."""

MOST_FALL = 5e-3
"""By how much the open-circuit voltage may fall while SOC rises, as measured ones do [V]."""

MOST_RATE = 1000.0
"""Greatest hourly rate of a limit of the current; more is a capacity in A.h."""

_DEFAULTS = ModelErrors()


def _rising(nodes: list[float]) -> list[float]:
    for before, after in pairwise(nodes):
        if after <= before:
            raise ValueError(f"{after:g} follows {before:g}; nodes must rise")
    return nodes


NotBelowZero = Annotated[float, Field(ge=0, le=1e9)]
Current = Annotated[float, Field(gt=0, le=1e6)]
Energy = Annotated[float, Field(ge=-1e6, le=1e6)]
Resistance = Annotated[float, Field(ge=1e-9, le=1e6)]
Capacitance = Annotated[float, Field(ge=1e-3, le=1e12)]
Nodes = Annotated[
    list[Annotated[float, Field(ge=0, le=1)]],
    Field(min_length=1, max_length=MOST_NODES),
    AfterValidator(_rising),
]
OwnNodes = Annotated[
    Nodes | None,
    Field(description="nodes of this table, rising; by default those of [cell]; a single value needs none [1]"),
]


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


class OpenCircuitVoltage(Table):
    """Voltage of the rested cell; its nodes reach from SOC 0 to 1."""

    soc: OwnNodes = None
    voltage: list[Annotated[float, Field(gt=0, le=10)]] = Field(
        min_length=2, max_length=MOST_NODES, description="at the reference temperature, of a cell with hysteresis in "
        "the middle between charge and discharge; it does not fall [V]"
    )  # fmt: skip

    @model_validator(mode="after")
    def _not_falling(self) -> OpenCircuitVoltage:
        highest = self.voltage[0]
        for voltage in self.voltage:
            if voltage < highest - MOST_FALL:
                raise ValueError(
                    f"voltage falls from {highest:g} to {voltage:g} while SOC rises; at most {MOST_FALL:g} V are taken"
                )
            highest = max(highest, voltage)
        return self


class EntropicCoefficient(Table):
    """Change of the open-circuit voltage with temperature; 0 without this table."""

    soc: OwnNodes = None
    coefficient: list[Annotated[float, Field(ge=-0.1, le=0.1)]] = Field(
        min_length=1, max_length=MOST_NODES, description="dU/dT [V/K]"
    )


class OhmicResistance(Table):
    """Resistance that acts at once."""

    soc: OwnNodes = None
    resistance: list[Resistance] = Field(
        min_length=1, max_length=MOST_NODES, description="at the reference temperature [Ohm]"
    )
    activation_energy: Energy = Field(
        default=0.0, description="the resistance falls by this Arrhenius law; 0: alike at all temperatures [J/mol]"
    )


class RcPair(Table):
    """A resistance and a capacitance in parallel; all pairs are in series."""

    soc: OwnNodes = None
    resistance: list[Resistance] = Field(
        min_length=1, max_length=MOST_NODES, description="at the reference temperature [Ohm]"
    )
    capacitance: list[Capacitance] = Field(
        min_length=1, max_length=MOST_NODES, description="time constant over resistance, alike at all temperatures [F]"
    )
    activation_energy: Energy = Field(
        default=0.0, description="the resistance falls by this Arrhenius law; 0: alike at all temperatures [J/mol]"
    )


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


TableOverSoc = OpenCircuitVoltage | EntropicCoefficient | OhmicResistance | RcPair


class CircuitFile(Table):
    """A cell as an equivalent circuit: open-circuit voltage, ohmic resistance, RC pairs in series, hysteresis.

    All figures are in SI units. SOC is 0 to 1. Tables are linear between their nodes, and hold their ends beyond them.
    At a temperature T, with R_gas = 8.314 J/(mol K):
    U(T) = U + dU/dT * (T - reference_temperature)
    R(T) = R * exp(activation_energy / R_gas * (1 / T - 1 / reference_temperature))
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
        for table, held, keys in self.over_soc():
            with said_of(table):
                _check_lengths(held.soc or self.cell.soc, {key: getattr(held, key) for key in keys})
        with said_of("open_circuit_voltage"):
            self._check_voltage()
        with said_of("limits"):
            self._check_rates()
        return self

    def over_soc(self) -> list[tuple[str, TableOverSoc, tuple[str, ...]]]:
        """Return the tables over SOC: how a message calls each, and the keys of its values."""
        return [
            ("open_circuit_voltage", self.open_circuit_voltage, ("voltage",)),
            ("entropic_coefficient", self.entropic_coefficient, ("coefficient",)),
            ("ohmic_resistance", self.ohmic_resistance, ("resistance",)),
            *((f"rc_pairs.{j}", pair, ("resistance", "capacitance")) for j, pair in enumerate(self.rc_pairs)),
        ]

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


def _check_lengths(nodes: list[float] | None, values: dict[str, list[float]]) -> None:
    """Raise ValueError unless each list has a value a node, or is a single one."""
    for key, held in values.items():
        if len(held) == 1:
            continue
        if nodes is None:
            raise ValueError(f"{key} has {len(held)} values and no nodes; give soc here or in [cell]")
        if len(held) != len(nodes):
            raise ValueError(f"{key} has {len(held)} values over {len(nodes)} nodes of soc; give one each, or one")
