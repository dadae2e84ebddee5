"""The tables of a cell file over SOC: open-circuit voltage, entropic coefficient, and resistances."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from ..setting import Table

MOST_NODES = 5000
"""Nodes of a table over SOC."""

MOST_TEMPERATURES = 12
"""Temperatures of a table of resistances; all tables together have up to twice as many."""

MOST_ENERGY = 1e6
"""Greatest activation energy, of either sign [J/mol]."""

LEAST_RESISTANCE, MOST_RESISTANCE = 1e-9, 1e6
"""Bounds of a resistance [Ohm]."""

MOST_FALL = 5e-3
"""By how much the open-circuit voltage may fall while SOC rises, as measured ones do [V]."""


def _rising(nodes: list[float]) -> list[float]:
    for before, after in pairwise(nodes):
        if after <= before:
            raise ValueError(f"{after:g} follows {before:g}; values must rise")
    return nodes


Energy = Annotated[float, Field(ge=-MOST_ENERGY, le=MOST_ENERGY)]
Resistance = Annotated[float, Field(ge=LEAST_RESISTANCE, le=MOST_RESISTANCE)]
Capacitance = Annotated[float, Field(ge=1e-3, le=1e12)]
Temperature = Annotated[float, Field(ge=200, le=500)]
Nodes = Annotated[
    list[Annotated[float, Field(ge=0, le=1)]],
    Field(min_length=1, max_length=MOST_NODES),
    AfterValidator(_rising),
]
OwnNodes = Annotated[
    Nodes | None,
    Field(description="nodes of this table, rising; by default those of [cell]; a single value needs none [1]"),
]


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


class ResistanceOverSoc(Table):
    """A resistance over SOC, at the reference temperature or at several ones."""

    soc: OwnNodes = None
    resistance: Annotated[list[Resistance], Field(min_length=1, max_length=MOST_NODES)] | None = Field(
        default=None, description="at the reference temperature [Ohm]"
    )
    temperatures: (
        Annotated[list[Temperature], Field(min_length=2, max_length=MOST_TEMPERATURES), AfterValidator(_rising)] | None
    ) = Field(default=None, description="of resistances, rising [K]")
    resistances: list[Annotated[list[Resistance], Field(min_length=1, max_length=MOST_NODES)]] | None = Field(
        default=None, description="instead of resistance: a list for each of temperatures [Ohm]"
    )
    activation_energy: Energy | None = Field(
        default=None,
        description="of the Arrhenius law that the resistance falls by, with resistances between and beyond them; by "
        "default 0 with resistance, and the mean one of resistances [J/mol]",
    )

    @model_validator(mode="after")
    def _either(self) -> Self:
        several = self.temperatures is not None and self.resistances is not None
        neither = self.temperatures is None and self.resistances is None
        if (self.resistance is None) != several or not (several or neither):
            raise ValueError("give resistance, or temperatures with resistances, a list for each")
        if several and len(self.temperatures or ()) != len(self.resistances or ()):
            raise ValueError(
                f"resistances has {len(self.resistances or ())} lists for {len(self.temperatures or ())} temperatures"
            )
        return self

    def rows(self) -> dict[str, list[float]]:
        """Return the values over SOC, of each temperature in turn, by how a message calls them."""
        if self.resistance is not None:
            return {"resistance": self.resistance}
        rows = zip(self.temperatures or (), self.resistances or (), strict=True)
        return {f"resistances at {temperature:g} K": values for temperature, values in rows}


class OhmicResistance(ResistanceOverSoc):
    """Resistance that acts at once."""


def _one_table(value: object) -> object:
    if isinstance(value, list) and any(isinstance(part, list) for part in value):
        raise ValueError(
            "a capacitance has one table for all temperatures, as one that followed them would give and take energy "
            "without a current; let the resistances change"
        )
    return value


class RcPair(ResistanceOverSoc):
    """A resistance and a capacitance in parallel; all pairs are in series."""

    capacitance: Annotated[list[Capacitance], BeforeValidator(_one_table, json_schema_input_type=list[Capacitance])] = (
        Field(min_length=1, max_length=MOST_NODES, description="time constant over resistance, alike at all "
              "temperatures [F]")
    )  # fmt: skip
