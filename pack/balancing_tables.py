"""The tables of a pack file on balancing and battery management."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from ..core.errors import InputError
from ..models.balancing.active import check_links
from ..models.balancing.graph import PACK, Graph, links
from ..models.balancing.options import BleedingLaw, Converter, ConverterLaw, Fidelity
from .tables import NotNegative, Positive, Table, Temperature, suggestion


class Hardware(Enum):
    """What moves the charge."""

    RESISTOR = "resistor"
    BUCK_BOOST = Converter.BUCK_BOOST.word
    SWITCHED_CAPACITOR = Converter.SWITCHED_CAPACITOR.word
    FLYBACK = Converter.FLYBACK.word


class Law(Enum):
    """What decides."""

    VOLTAGE = "voltage"
    CHARGE_HISTORY = "charge_history"
    PAIRWISE = "pairwise"
    CONSENSUS = "consensus"


class Precision(Enum):
    """How the converters' switching is computed."""

    IDEAL = "ideal"
    AVERAGED = "averaged"
    SWITCHING = "switching"


PASSIVE = (Law.VOLTAGE, Law.CHARGE_HISTORY)
"""The laws of bleed resistors; converters have the others."""

OF_RESISTORS = ("bleed_resistance", "start_threshold", "stop_threshold")
"""The keys that converters have no use for."""

OF_CONVERTERS = ("links", "fidelity", "rated_current", "gain")
"""The keys that bleed resistors have no use for."""


def _links(value: object) -> object:
    names = tuple(graph.value for graph in Graph)
    if isinstance(value, str):
        if value not in names:
            raise ValueError(f"there is no such graph{suggestion(value, names)}")
        return Graph(value)
    pairs = value if isinstance(value, list) else [value]
    if value is not None and not all(
        isinstance(pair, list) and len(pair) == 2 and all(type(end) is int for end in pair) for pair in pairs
    ):
        raise ValueError(f"allowed are {', '.join(names)}, or pairs of groups such as [[1, 2], [2, 3]]")
    return value


class Balancer(Table):
    """What makes the groups' charge equal: bleed resistors, or converters."""

    converter: Annotated[Hardware, Field(strict=False)] = Field(
        default=Hardware.RESISTOR,
        description='"resistor" bleeds; "buck_boost", "switched_capacitor" and "flyback" move charge',
    )
    links: Annotated[Graph | list[list[int]] | None, BeforeValidator(_links)] = Field(
        default=None,
        description='of converters: "path", "ring", "star", "complete", "pack" or pairs of groups [[1, 2], ...], 0 for '
        'the pack\'s terminals; by default "pack" of flybacks, "path" of others',
    )
    law: Annotated[Law, Field(strict=False)] | None = Field(
        default=None,
        description='of resistors "voltage" or "charge_history", of converters "consensus" or "pairwise"; the first is '
        "the default",
    )
    fidelity: Annotated[Precision, Field(strict=False)] = Field(
        default=Precision.AVERAGED,
        description='of converters: "ideal", "averaged" over the switching, or "switching", period by period',
    )
    bleed_resistance: Positive = Field(default=430.0, description="of a group's bleed resistor [Ohm]")
    start_threshold: NotNegative = Field(
        default=0.010, description="above the lowest group voltage, where bleeding starts [V]"
    )
    stop_threshold: NotNegative = Field(
        default=0.005, description="above the lowest group voltage, where bleeding stops [V]"
    )
    rated_current: Positive = Field(default=1.0, description="greatest current of a converter [A]")
    gain: Positive = Field(default=50.0, description="current of a converter by difference of SOC, for consensus [A]")
    balanced_spread: NotNegative = Field(
        default=0.01, description="greatest less least SOC up to which the pack counts as balanced [1]"
    )
    maximum_cell_temperature: Temperature = Field(
        default=333.15, description="of its hottest cell, where a group is balanced no more [K]"
    )
    derating_temperature: Temperature = Field(
        default=343.15, description="of the board, from which it balances less [K]"
    )
    maximum_temperature: Temperature = Field(default=358.15, description="of the board, where balancing ends [K]")

    @property
    def is_passive(self) -> bool:
        """Whether charge is bled, not moved."""
        return self.converter is Hardware.RESISTOR

    @property
    def law_number(self) -> int:
        """What the model calls the law."""
        if self.is_passive:
            return int(BleedingLaw[(self.law or Law.VOLTAGE).name])
        return int(ConverterLaw[(self.law or Law.CONSENSUS).name])

    @property
    def fidelity_number(self) -> int:
        """What the model calls the fidelity."""
        return int(Fidelity[self.fidelity.name])

    def ends(self, groups: int) -> tuple[tuple[int, int], ...]:
        """Return the ends of the converters of a pack, groups from 0, -1 for its terminals."""
        if self.is_passive:
            return ()
        if isinstance(self.links, list):
            return tuple((first - 1, second - 1 if second else PACK) for first, second in self.links)
        default = Graph.PACK if self.converter is Hardware.FLYBACK else Graph.PATH
        return links(self.links or default, groups)

    def check_links(self, groups: int) -> None:
        """Raise ValueError unless the converters suit so many groups."""
        if self.is_passive:
            return
        for pair in self.links if isinstance(self.links, list) else ():
            if not (1 <= pair[0] <= groups and 0 <= pair[1] <= groups and pair[0] != pair[1]):
                raise ValueError(f"links: {pair} are not two groups from 1 to {groups}, or a group and 0")
        try:
            ends, converter = self.ends(groups), Converter[self.converter.name]
            if converter is not Converter.FLYBACK and any(PACK in pair or abs(pair[0] - pair[1]) != 1 for pair in ends):
                raise ValueError(
                    f'links: converter = "{converter.word}" joins neighbouring groups only, as "path" does; '
                    'a "flyback" joins any'
                )
            check_links(groups, converter, ends)
        except InputError as error:
            raise ValueError(str(error)) from None

    @model_validator(mode="after")
    def _consistent(self) -> Balancer:
        if self.stop_threshold > self.start_threshold:
            raise ValueError(
                f"stop_threshold = {self.stop_threshold:g} must not exceed start_threshold = {self.start_threshold:g}"
            )
        if self.maximum_temperature <= self.derating_temperature:
            raise ValueError(
                f"maximum_temperature = {self.maximum_temperature:g} must exceed "
                f"derating_temperature = {self.derating_temperature:g}"
            )
        for key in OF_CONVERTERS if self.is_passive else OF_RESISTORS:
            if key in self.model_fields_set:
                raise ValueError(f'{key} does nothing where converter = "{self.converter.value}"; leave it out')
        if self.law and (self.law in PASSIVE) != self.is_passive:
            suitable = [law.value for law in Law if (law in PASSIVE) == self.is_passive]
            raise ValueError(
                f'law = "{self.law.value}" is not one of converter = "{self.converter.value}"; allowed are '
                + " and ".join(f'"{law}"' for law in suitable)
            )
        return self


class Bms(Table):
    """Battery management with sensors that err; without this table the balancer knows voltages and SOC as they are."""

    seed: int = Field(default=0, ge=0, le=2**31 - 1, description="of the sensors' noise and offsets")
    voltage_offset_sd: NotNegative = Field(
        default=0.0005, description="standard deviation of the normal offsets of the voltage channels [V]"
    )
    voltage_noise: NotNegative = Field(default=0.0005, description="standard deviation of a voltage reading [V]")
    current_offset: float = Field(default=0.0, description="of the current sensor, its bias [A]")
    current_noise: NotNegative = Field(default=0.05, description="standard deviation of a current reading [A]")
    initial_soc_error: float = Field(
        default=0.0, ge=-1, le=1, description="how far its first guess is off the mean SOC at the start [1]"
    )
    balancing_known: bool = Field(default=True, description="whether it counts the balancing currents")
    start_spread: NotNegative = Field(
        default=0.02, description="greatest less least estimated SOC above which balancing begins [1]"
    )
    stop_spread: NotNegative = Field(default=0.01, description="and down to which it goes on [1]")

    @model_validator(mode="after")
    def _ordered(self) -> Bms:
        if self.stop_spread > self.start_spread:
            raise ValueError(f"stop_spread = {self.stop_spread:g} must not exceed start_spread = {self.start_spread:g}")
        return self
