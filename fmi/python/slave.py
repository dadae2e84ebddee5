"""What runs inside an FMU of the Python flavour: the calls of FMI 2.0 on an instance of the model.

pythonfmu turns every exception into fmi2Fatal and then uses objects that it has already released, and of all calls
it lets only `fmi2DoStep` return anything but fmi2OK or fmi2Fatal. So nothing is raised here. What is refused is
logged with its cause, changes nothing, and keeps the FMU from stepping until it is put right: `fmi2DoStep` returns
fmi2Discard and reports the cause. A value is put right by setting a valid one, a refused state by a valid one, a start
time by a valid one, and everything by a reset. What was logged last is not logged once more.

pythonfmu's library itself answers `fmi2GetBooleanStatus` and `fmi2GetRealStatus`: after the first step that was not
taken `fmi2Terminated` is true for good, and `fmi2LastSuccessfulTime` is the end of the last step that was taken, or the
beginning of the one that was refused after it.

Nothing here imports numba or reads a file when it is imported: pythonfmu runs the main script twice.
"""

from __future__ import annotations

import _thread
import importlib
import json
import math
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from .access import AccessError, Layout, Role, Selection
from .binding import check_binding
from .log import Log, Status
from .state import NOT_FINITE, Mode, Stale, State, pack_state, unpack_state, wrong_time

Result = TypeVar("Result")

RESTORED_STATE = -2
"""Key of a state that could not be restored."""

START_TIME = -3
"""Key of a start time that is not finite."""


INTERRUPTION_DELAY = 0.01
"""How long after a call that Ctrl-C met the host is interrupted [s]."""


class FmiCalls:
    """The calls of FMI on one instance; pythonfmu's `Fmi2Slave` is mixed in where the FMU is built.

    Parameters
    ----------
    resources : str
        Folder of the FMU's resources, with its component.json.
    """

    log: Callable[[str, int, str], None]

    def __init__(self, resources: str) -> None:
        attach(resources)
        specification = json.loads(Path(resources, "component.json").read_text(encoding="utf-8"))
        check_binding(Path(resources), str(specification["guid"]))
        instance_type = importlib.import_module("...core.instance", __package__).Instance
        registry = importlib.import_module("..registry", __package__)
        component = registry.load_definition(
            specification["component"], specification["arguments"], specification["start"]
        )
        self._identity = str(specification["states"])
        self._instance: Any = instance_type(component.model)
        self._memory = self._instance.memory
        self._layout = Layout(component.model)
        self._results = self._memory[self._layout.bounds.results :]
        self._before = self._results.copy()
        self._state = State(Mode.INSTANTIATED, Stale.EVERYTHING, {})
        self._log = Log(self.log)

    def setup_experiment(self, start_time: float, stop_time: float | None, tolerance: float | None) -> None:
        """Note where the first step begins."""
        if self._state.phase is not Mode.INSTANTIATED:
            self._log.tell(
                Status.ERROR, f"fmi2SetupExperiment comes first, but the FMU is {self._state.phase.name.lower()}"
            )
        elif math.isfinite(start_time):
            self._state.amiss.pop(START_TIME, None)
            self._state.time = start_time
        else:
            self._refuse([START_TIME], f"the start time must be finite; it is {start_time:.9g} s")

    def enter_initialization_mode(self) -> None:
        """Allow for values to be set and outputs to be read."""
        self._state.phase = Mode.INITIALISATION

    def exit_initialization_mode(self) -> None:
        """Compute what is due; steps may follow."""
        self._guard(self._settle, None)
        self._state.phase = Mode.STEPPING

    def terminate(self) -> None:
        """End: no step follows."""
        self._state.phase = Mode.TERMINATED

    def do_step(self, current_time: float, step_size: float) -> bool:
        """Take a step; False where it is refused, and the state stays as it was."""
        if not self._guard(lambda: self._ready(current_time, step_size), False):
            return False
        np.copyto(self._before, self._results)
        return self._guard(lambda: self._advance(current_time, step_size), False)

    def get_real(self, vrs: list[int]) -> list[float]:
        """Return values; NaN where the call does not fit."""
        return self._guard(lambda: self._get(vrs, "Real"), [math.nan] * len(vrs))

    def get_integer(self, vrs: list[int]) -> list[int]:
        """Return values of integers; 0 where the call does not fit."""
        return self._guard(lambda: [int(value) for value in self._get(vrs, "Integer")], [0] * len(vrs))

    def get_boolean(self, vrs: list[int]) -> list[bool]:
        """Return truth values; False where the call does not fit."""
        return self._guard(lambda: [value != 0.0 for value in self._get(vrs, "Boolean")], [False] * len(vrs))

    def get_string(self, vrs: list[int]) -> list[str]:
        """Return empty texts: there are no variables of type String."""
        return self._guard(lambda: [str(value) for value in self._get(vrs, "String")], [""] * len(vrs))

    def set_real(self, vrs: list[int], values: list[float]) -> None:
        """Set values, all or none."""
        self._guard(lambda: self._set(vrs, values, "Real"), None)

    def set_integer(self, vrs: list[int], values: list[int]) -> None:
        """Set integers, all or none."""
        self._guard(lambda: self._set(vrs, values, "Integer"), None)

    def set_boolean(self, vrs: list[int], values: list[bool]) -> None:
        """Set truth values, all or none."""
        self._guard(lambda: self._set(vrs, values, "Boolean"), None)

    def set_string(self, vrs: list[int], values: list[str]) -> None:
        """Refuse: there are no variables of type String."""
        self._guard(lambda: self._set(vrs, [0.0] * len(values), "String"), None)

    def _get_fmu_state(self) -> bytes:
        return self._guard(lambda: pack_state(self._identity, self._state, self._memory), b"")

    def _set_fmu_state(self, state: bytes) -> None:
        self._guard(lambda: self._restore(state), None)

    @staticmethod
    def _fmu_state_to_bytes(state: bytes) -> bytes:
        return state

    @staticmethod
    def _fmu_state_from_bytes(state: bytes) -> bytes:
        return state  # it is judged where it is restored: an exception here would be fatal

    def _ready(self, current_time: float, step_size: float) -> bool:
        """Bring the outputs up to date; return whether a step may be taken."""
        if self._state.phase is not Mode.STEPPING:
            state = self._state.phase.name.lower()
            return self._discard(f"a step follows fmi2ExitInitializationMode, but the FMU is {state}")
        reason = wrong_time(self._state.time, current_time, step_size)
        if reason is not None:
            return self._discard(reason)
        self._settle()
        if self._state.amiss:
            return self._refuse_step(current_time, step_size, "; ".join(dict.fromkeys(self._state.amiss.values())))
        return True

    def _advance(self, current_time: float, step_size: float) -> bool:
        """Step, or put everything back and return False."""
        np.copyto(self._results, self._before)  # an attempt that was interrupted may have left its traces
        done = False
        try:
            status = self._instance.advance(current_time, step_size)
            reason = str(self._instance.refusal(status)) if status else self._not_finite()
            done = reason is None
        finally:
            if not done:
                np.copyto(self._results, self._before)
        if not done:
            return self._refuse_step(current_time, step_size, str(reason))
        self._state.time = current_time + step_size
        return True

    def _refuse_step(self, current_time: float, step_size: float, reason: str) -> bool:
        return self._discard(f"the step from {current_time:.12g} s by {step_size:.9g} s is refused: {reason}")

    def _discard(self, reason: str) -> bool:
        self._log.tell(Status.DISCARD, reason)
        return False

    def _settle(self) -> None:
        """Compute the states and outputs that follow from the values that were set."""
        if self._state.stale is Stale.NOTHING:
            return
        if self._state.stale is Stale.EVERYTHING:
            self._instance.initialize()
        else:
            self._instance.update_outputs()
        self._state.stale = Stale.NOTHING
        self._state.amiss.pop(NOT_FINITE, None)
        reason = self._not_finite()
        if reason is not None:
            self._refuse([NOT_FINITE], reason)

    def _not_finite(self) -> str | None:
        if np.isfinite(self._results).all():
            return None
        first = self._layout.bounds.results + int(np.flatnonzero(~np.isfinite(self._results))[0])
        return f"{self._layout.bounds.name(first)} became {float(self._memory[first])}"

    def _get(self, references: list[int], kind: str) -> list[float]:
        selection = self._layout.select(references, kind)
        if self._state.stale is not Stale.NOTHING and selection.has_outputs:
            self._settle()
        values: list[float] = self._memory[selection.where].tolist()
        return values

    def _set(self, references: list[int], values: list[Any], kind: str) -> None:
        try:
            selection = self._layout.select(references, kind)
            numbers = np.array(values, dtype=np.float64)
            self._layout.check(selection, numbers)
            self._check_writable(selection, numbers)
        except AccessError as error:
            self._refuse(references, f"{error}; nothing was set")
            return
        self._memory[selection.where] = numbers
        for reference in references if self._state.amiss else ():
            self._state.amiss.pop(reference, None)
        if self._state.phase in (Mode.INSTANTIATED, Mode.INITIALISATION):
            self._state.stale = Stale.EVERYTHING
        elif self._state.stale is Stale.NOTHING and (selection.roles == Role.TUNABLE).any():
            self._state.stale = Stale.OUTPUTS

    def _check_writable(self, selection: Selection, values: Any) -> None:
        locked = selection.roles == Role.OUTPUT
        if self._state.phase in (Mode.STEPPING, Mode.TERMINATED):
            locked |= selection.roles == Role.FIXED
        if not locked.any():
            return
        changed = locked & (self._memory[selection.where] != values)
        if changed.any():
            first = int(np.flatnonzero(changed)[0])
            name = self._layout.bounds.name(selection.references[first])
            if selection.roles[first] == Role.OUTPUT:
                raise AccessError(f"{name} is an output and cannot be set")
            raise AccessError(f"{name} is a fixed parameter, to be set until the end of the initialisation")

    def _restore(self, state: bytes) -> None:
        try:
            self._state = unpack_state(self._identity, state, self._memory, self._layout.bounds)
        except AccessError as error:
            self._refuse([RESTORED_STATE], str(error))

    def _refuse(self, keys: list[int], reason: str) -> None:
        self._log.tell(Status.ERROR, reason)
        for key in keys:
            self._state.amiss[key] = reason

    def _guard(self, action: Callable[[], Result], otherwise: Result) -> Result:
        """Run `action`; log what does not fit, or an exception with its traceback, and return `otherwise`.

        Ctrl-C in here would be fatal too: the action is done again, and the host is interrupted a moment later.
        """
        while True:
            try:
                return action()
            except KeyboardInterrupt:
                threading.Timer(INTERRUPTION_DELAY, _thread.interrupt_main).start()
            except AccessError as error:
                self._log.tell(Status.ERROR, str(error))
                return otherwise
            except Exception as error:
                self._log.tell(Status.ERROR, "".join(traceback.format_exception(error)).rstrip())
                return otherwise


def attach(resources: str) -> None:
    """Let the FMU's package find its modules in this folder, and take the folder off the search path.

    pythonfmu puts the folder of every instance before the search path and leaves it there. And a package that was
    loaded from one copy of the FMU would look for further modules there even when that copy has been deleted.
    """
    sys.path[:] = [entry for entry in sys.path if entry != resources]
    package = __name__.partition(".")[0]
    if not Path(resources, package).is_dir():
        raise FileNotFoundError(f"{resources} does not hold the package {package} that this FMU was built with")
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == package and hasattr(module, "__path__"):
            module.__path__ = [str(Path(resources, *name.split(".")))]
