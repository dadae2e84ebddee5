"""Steps as phases of a run: what each sets at the inputs of a pack, and which outputs end it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..core.duration import LONGEST_COURSE, NANOSECONDS, format_duration, seconds
from ..core.errors import InputError
from ..cosim.duty import NAME, PHASE, with_sequence
from ..cosim.experiment import Experiment
from ..cosim.phase import Condition, Duty, Phase
from ..coupling.operations import endpoint
from ..coupling.system import System
from ..models.electrochemistry.kind import ElectrochemicalParameters
from ..models.network.loads import LoadMode
from ..pack.file import Pack
from ..pack.topology import PACK_LAYERS
from .step import Step, StepEnd, StepKind, StepUnit

Driven = Callable[[str], tuple[int, Mapping[str, NDArray[np.float64]]]]
"""Makes of the file of a drive its duration [ns] and rows of inputs, one for each electrical period, by
``"Component.input"``: power or current of the pack, and what else the file tells."""

LONGEST = 24 * NANOSECONDS["h"]
"""Longest time [ns] of a power or a hold that is to reach a level, and of a rest until the groups are balanced."""

SPARE = 2.0
"""Longest time of a current that is to reach a level, over the time that it takes for the nominal capacity."""

STEP = "step"
"""Name in the results of the number of the step, from 1."""


WITHIN = tuple(name for name, layer in PACK_LAYERS.items() if not layer.jumps)
"""Components that a block holds."""


class PackPorts:
    """The inputs and outputs of a pack's system by the names of its components, which a block holds.

    Parameters
    ----------
    system : System
        The components of a pack, or a block of them.
    pack : Pack
        Its file.
    """

    def __init__(self, system: System, pack: Pack) -> None:
        self._system = system
        self._is_block = any(component.name == "Pack" for component in system.components)
        self.balancing = self.name("Balancer.enable" if pack.bms is None else "Bms.balancing_allowed")

    def name(self, variable: str) -> str:
        """Return ``"Component.variable"`` as the system has it."""
        component, name = endpoint(variable)
        return f"Pack.{name}" if self._is_block and component in WITHIN else variable

    def start(self, variable: str) -> float:
        """Return the start value of an input of the system, which is a scalar."""
        return float(self._system.port(endpoint(variable)).start[0])


def nominal_capacity(pack: Pack) -> float:
    """Return the nominal capacity of a pack [C]: that of its cells in parallel."""
    return pack.pack.across * pack.cell.load().nominal_capacity


def pack_current(pack: Pack, value: float, unit: StepUnit) -> float:
    """Return the size of a pack current [A] of a step, told in A or as a C-rate."""
    return value if unit is StepUnit.AMPERE else nominal_capacity(pack) / (3600.0 / value)


def pack_voltage(pack: Pack, value: float, unit: StepUnit) -> float:
    """Return the voltage of a pack [V] whose cells have one on average, or that of the pack itself."""
    return value if unit is StepUnit.PACK_VOLT else round(pack.pack.series * value, 9)


def step_phases(steps: Sequence[Step], pack: Pack, ports: PackPorts, driven: Driven) -> tuple[Phase, ...]:
    """Return the phase of each step; each gives all inputs that any gives.

    Parameters
    ----------
    steps : sequence of Step
        In the order of time; rests have durations.
    pack : Pack
        What they are run with.
    ports : PackPorts
        Of the system that is run.
    driven : callable
        Reads the files of drives.

    Returns
    -------
    tuple of Phase
        Called ``"step 2: Rest for 8 h"``. An input that a step does not give has the system's start value.

    Raises
    ------
    InputError
        When a step does not fit the pack, its schedule or the file that it drives; the message begins with the step.
    """
    read = cache(driven)
    played = [_Played(step, pack, ports, read) for step in steps]
    names = dict.fromkeys(name for each in played for name in each.values)
    common: Mapping[str, ArrayLike] = {name: ports.start(name) for name in names}
    return tuple(
        Phase(
            name=f"step {number}: {step.text}",
            duration=each.duration,
            values={**common, **each.values},
            pace=step.pace or 1,
            until=tuple(end_condition(end, pack, ports) for end in step.ends),
            must_meet=bool(step.ends) and step.duration is None and step.kind is not StepKind.DRIVE,
        )
        for number, (step, each) in enumerate(zip(steps, played, strict=True), start=1)
    )


class _Played:
    """Duration and inputs of a step."""

    def __init__(self, step: Step, pack: Pack, ports: PackPorts, driven: Driven) -> None:
        values: Mapping[str, ArrayLike]
        if step.kind is StepKind.DRIVE:
            self.duration, rows = driven(step.file)
            values = _driving(step, rows)
        else:
            self.duration, values = step.duration or _longest(step, pack), _set(step, pack)
        _check_duration(step, self.duration, pack.schedule.electrical)
        self.values = {ports.name(name): value for name, value in values.items()}
        self._settle(step, "ambient", ports.name("Thermal.ambient_temperature"), step.ambient, step.common.ambient)
        self._settle(step, "balancing", ports.balancing, step.balancing, step.common.balancing)

    def _settle(self, step: Step, key: str, name: str, own: float | None, common: float | None) -> None:
        """Set an input by what the step tells itself, else the column of its drive, else what holds for all steps."""
        if own is not None and name in self.values:
            raise InputError(f"{step.label}: {key} is a column of its file and told by the step too; leave one out")
        value = common if own is None else own
        if value is not None and name not in self.values:
            self.values[name] = float(value)


def _check_duration(step: Step, duration: int, period: int) -> None:
    """Raise InputError where a duration is too long, or no multiple of the electrical period at the step's pace."""
    if duration > LONGEST_COURSE:
        raise InputError(f"{step.label}: may take {seconds(duration):.3g} s, longer than ten years; add 'for TIME'")
    whole = period * (step.pace or 1)
    if duration % whole:
        at_pace = f" at a pace of {step.pace}" if step.pace not in (None, 1) else ""
        raise InputError(
            f"{step.label}: {format_duration(duration)} is no multiple of the electrical period{at_pace}, "
            f"{format_duration(whole)}"
        )


def _longest(step: Step, pack: Pack) -> int:
    """Return the longest time of a step without a duration [ns], in whole electrical periods."""
    if step.unit in (StepUnit.AMPERE, StepUnit.C_RATE) and step.anode is None:
        time = nominal_capacity(pack) / pack_current(pack, step.value, step.unit)
        period = pack.schedule.electrical
        return math.ceil(SPARE * time / seconds(period)) * period
    return -(-LONGEST // pack.schedule.electrical) * pack.schedule.electrical


def _driving(step: Step, rows: Mapping[str, NDArray[np.float64]]) -> Mapping[str, ArrayLike]:
    """Return the inputs of a drive, its mode by what its file gives."""
    for name, mode in (("PackNetwork.pack_power", LoadMode.POWER), ("PackNetwork.pack_current", LoadMode.CURRENT)):
        if name in rows:
            return {"PackNetwork.load_mode": mode, **rows}
    raise InputError(f"{step.label}: its file gives neither power nor current")


def _set(step: Step, pack: Pack) -> dict[str, ArrayLike]:
    """Return what a step sets at the load, power and current being positive into the pack."""
    sign = -1.0 if step.kind is StepKind.DISCHARGE else 1.0
    load = "PackNetwork."
    if step.unit is StepUnit.WATT:
        return {load + "load_mode": LoadMode.POWER, load + "pack_power": sign * step.value}
    if step.kind is StepKind.HOLD and step.unit is not None:
        held = pack_voltage(pack, step.value, step.unit)
        return {load + "load_mode": LoadMode.CONSTANT_VOLTAGE, load + "voltage_limit": held}
    if step.unit is None:
        return {load + "load_mode": LoadMode.CURRENT, load + "pack_current": 0.0}
    current = {load + "pack_current": sign * pack_current(pack, step.value, step.unit)}
    if step.anode is not None:
        if not isinstance(pack.cell.load(), ElectrochemicalParameters):
            raise InputError(f"{step.label}: 'with anode above' needs cells of physics; {pack.cell.parameters} is none")
        return {load + "load_mode": LoadMode.ANODE_POTENTIAL, **current, load + "anode_potential_limit": step.anode}
    if step.limit is None:
        return {load + "load_mode": LoadMode.CURRENT, **current}
    mode, limit = LoadMode.CONSTANT_CURRENT_CONSTANT_VOLTAGE, pack_voltage(pack, step.limit, step.limit_unit)
    return {load + "load_mode": mode, **current, load + "voltage_limit": limit}


def end_condition(end: StepEnd, pack: Pack, ports: PackPorts) -> Condition:
    """Return the output that ends a step, and where."""
    if end.unit is StepUnit.BALANCED:
        return Condition(ports.name("Balancer.balanced"), lowest=end.value)
    if end.above is None:
        current = pack_current(pack, end.value, end.unit)
        return Condition(ports.name("PackNetwork.pack_current_actual"), -current, current)
    if end.unit is StepUnit.PACK_VOLT:
        output = ports.name("PackNetwork.pack_voltage")
    else:
        output = ports.name("Cell.voltage_maximum" if end.above else "Cell.voltage_minimum")
    return Condition(output, lowest=end.value) if end.above else Condition(output, highest=end.value)


def steps_experiment(system: System, pack: Pack, steps: Sequence[Step], driven: Driven) -> tuple[System, Experiment]:
    """Return a system that is driven by steps, and their experiment.

    Parameters
    ----------
    system : System
        Of `pack.fmus.fmu_pack`, or a block alone.
    pack : Pack
        What the FMUs were built of.
    steps : sequence of Step
        Of `usage.experiment_file.load_steps`.
    driven : callable
        Reads the files of drives.

    Returns
    -------
    System, Experiment
        The experiment records ``step``, the number of the step, and the attribute ``phases``: name, start, end [s] and
        what ended it, as JSON; more may be added by `dataclasses.replace`.

    Raises
    ------
    InputError
        When a step does not fit the pack or its schedule.
    """
    duty = Duty("experiment", step_phases(steps, pack, PackPorts(system, pack), driven))
    driven_system = with_sequence(system, duty, pack.schedule.electrical)
    return driven_system, Experiment(duration=duty.duration, record={STEP: f"{NAME}.{PHASE}"}, duty=duty)
