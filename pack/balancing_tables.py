"""The tables of a pack file on balancing and battery management."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationInfo, model_validator

from ..core.errors import InputError
from ..models.balancing.active import check_links
from ..models.balancing.graph import PACK, Graph, links
from ..models.balancing.options import BleedingLaw, Converter, ConverterLaw, Fidelity
from ..models.cell.figures import figures
from ..models.cell.kind import CellParameters
from ..models.parameter_sets import cell_model
from ..models.strings import Strings
from .cells.cell_file import CellFile
from .cells.chosen import Cell, circuit_file, known_circuit
from .reading.checking import suggestion
from .setting import Table, setting
from .tables import NotNegative

RESISTOR = "resistor"
"""The word for bleed resistors; all other words are those of `Converter`."""

MAXIMUM_LINKS = 100_000
"""Bound on the number of converters: that of the cells, or all pairs of 447 groups; of 20 000 they fill the memory."""


def _one_of(words: tuple[str, ...], what: str) -> BeforeValidator:
    """Return the check that a text is one of these words."""

    def check(value: object) -> object:
        if isinstance(value, str) and value not in words:
            raise ValueError(f"there is no such {what}{suggestion(value, words)}")
        return value

    return BeforeValidator(check, json_schema_input_type=Literal[words])


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

    converter: Annotated[str, _one_of((RESISTOR, *(choice.word for choice in Converter)), "converter")] = Field(
        default=RESISTOR,
        description='"resistor" bleeds; "buck_boost", "switched_capacitor" and "flyback" move charge',
    )
    links: Annotated[
        Graph | list[list[int]] | None, BeforeValidator(_links, json_schema_input_type=Graph | list[list[int]])
    ] = Field(
        default=None,
        description='of converters: "path", "ring", "star", "complete", "pack" or pairs of groups [[1, 2], ...], 0 for '
        'the pack\'s terminals; by default "pack" of flybacks, "path" of others',
    )
    law: Annotated[str | None, _one_of(tuple(law.word for law in (*BleedingLaw, *ConverterLaw)), "law")] = Field(
        default=None,
        description='of resistors "voltage" or "charge_history", of converters "consensus" or "pairwise"; by default '
        '"charge_history" with [bms], "voltage" without, and "consensus"',
    )
    fidelity: Annotated[str, _one_of(tuple(choice.word for choice in Fidelity), "fidelity")] = Field(
        default=Fidelity.AVERAGED.word,
        description='of converters: "ideal", "averaged" over the switching, or "switching", period by period',
    )
    bleed_resistance: float = setting("bleed_resistance", "bleeding")
    start_threshold: float = setting("start_threshold", "bleeding")
    stop_threshold: float = setting("stop_threshold", "bleeding")
    rated_current: float = setting("rated_current", "converters")
    gain: float = setting("gain", "converters")
    balanced_spread: float = setting("balanced_spread", "bleeding", "converters")
    minimum_voltage: float | None = setting(
        "minimum_voltage",
        "bleeding",
        "converters",
        text="Measured voltage at which a group gives nothing any more, by default the cell's minimum voltage",
        optional=True,
    )
    maximum_cell_temperature: float = setting("maximum_cell_temperature", "bleeding", "converters")
    derating_temperature: float = setting("derating_temperature", "bleeding", "converters")
    maximum_temperature: float = setting("maximum_temperature", "bleeding", "converters")

    @property
    def is_passive(self) -> bool:
        """Whether charge is bled, not moved."""
        return self.converter == RESISTOR

    @property
    def laws(self) -> type[BleedingLaw] | type[ConverterLaw]:
        """The laws that this hardware has."""
        return BleedingLaw if self.is_passive else ConverterLaw

    def law_number(self, managed: bool) -> int:
        """Return the number that the model has for the law.

        Without `law` resistors go by charge where a battery management knows it: voltages also tell temperature and
        hysteresis.
        """
        bleeding = BleedingLaw.CHARGE_HISTORY if managed else BleedingLaw.VOLTAGE
        default = bleeding if self.is_passive else ConverterLaw.CONSENSUS
        return int(self.laws[self.law.upper()] if self.law else default)

    @property
    def fidelity_number(self) -> int:
        """The number that the model has for the fidelity."""
        return int(Fidelity[self.fidelity.upper()])

    def ends(self, strings: Strings) -> tuple[tuple[int, int], ...]:
        """Return the ends of the converters of a pack, groups from 0, -1 for its terminals."""
        if self.is_passive:
            return ()
        if isinstance(self.links, list):
            return tuple((first - 1, second - 1 if second else PACK) for first, second in self.links)
        default = Graph.PACK if self.converter == Converter.FLYBACK.word else Graph.PATH
        return links(self.links or default, strings.groups, strings)

    def rating(self, strings: Strings, minimum: float, maximum: float) -> float:
        """Return the greatest current that the balancing puts into or takes out of a group [A].

        `minimum` and `maximum` are those of a group's voltage [V]. A converter takes the rated current from one end,
        and may give the other one more of a lower voltage. One between a group and the pack's terminals takes from all
        groups the current of one over their number.
        """
        if self.is_passive:
            return maximum / self.bleed_resistance
        at_ends = Counter(end for ends in self.ends(strings) for end in ends)
        across = at_ends.pop(PACK, 0) / strings.groups
        return self.rated_current * maximum / minimum * (max(at_ends.values()) + across)

    def check_minimum_voltage(self, maximum: float) -> None:
        """Raise ValueError unless the minimum voltage is below the cell's maximum voltage [V]."""
        if self.minimum_voltage is not None and self.minimum_voltage >= maximum:
            raise ValueError(
                f"minimum_voltage = {self.minimum_voltage:g} must be below the cell's maximum voltage of {maximum:g} V"
            )

    def check_links(self, strings: Strings) -> None:
        """Raise ValueError unless the converters suit the groups, which lie in these strings."""
        if self.is_passive:
            return
        groups = strings.groups
        count = len(self.links) if isinstance(self.links, list) else groups
        if self.links is Graph.COMPLETE:
            count = groups * (groups - 1) // 2
        if count > MAXIMUM_LINKS:
            raise ValueError(f"links: {groups} groups have {count} of them; at most {MAXIMUM_LINKS} are allowed")
        for pair in self.links if isinstance(self.links, list) else ():
            if not (1 <= pair[0] <= groups and 0 <= pair[1] <= groups and pair[0] != pair[1]):
                raise ValueError(f"links: {pair} are not two groups from 1 to {groups}, or a group and 0")
        try:
            ends, converter = self.ends(strings), Converter[self.converter.upper()]
            one = strings.parallel == 1  # of several check_links names the link
            if converter is not Converter.FLYBACK and any(
                PACK in pair or (one and abs(pair[0] - pair[1]) != 1) for pair in ends
            ):
                raise ValueError(
                    f'links: converter = "{converter.word}" joins neighbouring groups only, as "path" does; '
                    'a "flyback" joins any'
                )
            check_links(groups, converter, ends, strings)
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
        for key in keys_of(not self.is_passive):
            if key in self.model_fields_set:
                raise ValueError(f'{key} does nothing where converter = "{self.converter}"; leave it out')
        suitable = [law.word for law in self.laws]
        if self.law and self.law not in suitable:
            raise ValueError(
                f'law = "{self.law}" is not one of converter = "{self.converter}"; allowed are '
                + " and ".join(f'"{law}"' for law in suitable)
            )
        return self


def keys_of(passive: bool) -> tuple[str, ...]:
    """Return the keys that do something for bleed resistors only, or for converters only."""
    own = ("bleeding",) if passive else ("converters",)
    structure = () if passive else ("links", "fidelity")
    return (*structure, *(key for key, (_, of) in Balancer.settings().items() if of == own))


class Bms(Table):
    """Battery management with sensors that err; without this table the balancer knows voltages and SOC as they are."""

    cell: Annotated[str | None, BeforeValidator(known_circuit)] = Field(
        default=None,
        description="the cell that the management takes the pack's cells for: a shipped one by its name, or a cell "
        "file; by default the pack's own",
    )
    seed: int = setting("seed", "bms")
    voltage_offset_sd: NotNegative = Field(
        default=0.0005, description="Standard deviation of the normal offsets of the voltage channels [V]"
    )
    voltage_noise: float = setting("voltage_sensor_noise", "bms")
    current_offset: float = setting("current_sensor_offset", "bms")
    current_noise: float = setting("current_sensor_noise", "bms")
    initial_soc_error: float = Field(
        default=0.0, ge=-1, le=1, description="How far the first estimate is off the mean SOC at the start [1]"
    )
    balancing_known: bool = setting("balancing_known", "bms")
    detection: bool = Field(
        default=False, description="whether it looks for open cells, internal shorts and faults of insulation"
    )
    short_threshold: float | None = setting(
        "short_threshold",
        "detection",
        text="Current of a short from which on it is detected, by default a hundredth of a group's hourly capacity",
        optional=True,
    )
    open_cell_evidence: float = setting("open_cell_evidence", "detection")
    insulation_warning_threshold: float = setting("insulation_warning_threshold", "detection")
    insulation_fault_threshold: float = setting("insulation_fault_threshold", "detection")
    insulation_period: float = setting("insulation_period", "detection")
    fault_share: float = setting("fault_share", "detection")
    start_spread: float = setting("start_spread", "bms")
    stop_spread: float = setting("stop_spread", "bms")
    temperature_sensors: list[Annotated[int, Field(ge=1)]] | None = Field(
        default=None,
        min_length=1,
        description="cells that temperature sensors sit on, by their numbers; by default one cell for eight groups",
    )
    _file: CellFile | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _read(self, info: ValidationInfo) -> Bms:
        self._file = None if self.cell is None else circuit_file(self.cell, info, "cell")
        return self

    def figures(self, pack: Cell) -> str | dict[str, Any]:
        """Return what the component is given, as `Cell.figures`: its own cell, or that of the `pack`."""
        return figures(self._file.kind) if self._file else self.cell or pack.figures

    def load(self, pack: Cell) -> CellParameters:
        """Return the circuit that it takes the cells of the `pack` for; InputError where there is none."""
        return cell_model(self.figures(pack)).equivalent_circuit()

    def check_cell(self, pack: Cell) -> None:
        """Raise ValueError unless there is a circuit to take the cells of the `pack` for."""
        try:
            self.load(pack)
        except InputError as error:
            given = f'cell = "{self.cell}"' if self.cell else "cell is missing"
            raise ValueError(f"{given}: {error}") from None

    def check_sensors(self, cells: int) -> None:
        """Raise ValueError where a sensor sits on none of so many cells, or two on one."""
        numbers = self.temperature_sensors or ()
        for number in numbers:
            if number > cells:
                raise ValueError(f"temperature_sensors: cell {number} is none of the {cells} cells of the pack")
        if len(set(numbers)) < len(numbers):
            raise ValueError(f"temperature_sensors: cell {max(numbers, key=numbers.count)} is named twice")

    @model_validator(mode="after")
    def _ordered(self) -> Bms:
        detecting = [key for key, (_, of) in Bms.settings().items() if of == ("detection",)]
        for key in detecting if not self.detection else ():
            if key in self.model_fields_set:
                raise ValueError(f"{key} does nothing without detection = true; leave it out")
        if self.stop_spread > self.start_spread:
            raise ValueError(f"stop_spread = {self.stop_spread:g} must not exceed start_spread = {self.start_spread:g}")
        return self
