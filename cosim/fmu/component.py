"""Components from .fmu files, run through FMPy with one bulk set and one bulk get for each step."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import chdir, suppress
from ctypes import byref
from dataclasses import replace
from pathlib import Path
from typing import Any

import fmpy
from fmpy.fmi1 import FMICallException, printLogMessage
from fmpy.fmi2 import (
    FMU2Slave,
    fmi2CallbackAllocateMemoryTYPE,
    fmi2CallbackFreeMemoryTYPE,
    fmi2CallbackFunctions,
    fmi2CallbackLoggerTYPE,
    fmi2Discard,
    fmi2False,
    fmi2Fatal,
    fmi2OK,
    fmi2Warning,
)
from fmpy.logging import addLoggerProxy
from numpy.typing import NDArray

from ...core.errors import InputError
from ...core.variable import DataType
from ...coupling.port import Port
from ...coupling.slave import SlaveError, Values, fill, packed, unpacked
from ...coupling.system import Component, Layer
from .bulk import Bulk
from .description import Description
from .extraction import Extraction
from .interface import read_interface
from .pythonfmu import check_resources, drop_interpreter
from .state import check_capabilities, restore_state, save_state

_numbers = itertools.count(1)

_messages: dict[int, str] = {}
"""The last message of each running FMU that was not a mere note, by its environment number."""


def _receive(environment: int | None, instance: bytes, status: int, category: bytes, message: bytes) -> None:
    if environment not in _messages:
        printLogMessage(environment, instance, status, category, message)
    elif status != fmi2OK:
        text = " ".join(message.decode(errors="replace").split())
        _messages[environment] = text
        if status == fmi2Warning:
            logging.getLogger(__name__).warning("%s: %s", instance.decode(errors="replace"), text)


_logger = fmi2CallbackLoggerTYPE(_receive)
"""One for all FMUs and never freed: FMPy's formatting proxy hands every message to the last logger it was given."""


def _callbacks(environment: int) -> fmi2CallbackFunctions:
    callbacks = fmi2CallbackFunctions()
    callbacks.logger = _logger
    callbacks.allocateMemory = fmi2CallbackAllocateMemoryTYPE(fmpy.calloc)
    callbacks.freeMemory = fmi2CallbackFreeMemoryTYPE(fmpy.free)
    callbacks.componentEnvironment = environment
    addLoggerProxy(byref(callbacks))
    return callbacks


def _instantiated(name: str, description: Description, folder: Path, callbacks: fmi2CallbackFunctions) -> Any:
    """Return an FMPy FMU2Slave of what an archive was unpacked into; its library is unloaded where that fails."""
    fmu = FMU2Slave.__new__(FMU2Slave)  # the library stays known where the constructor fails after loading it
    try:
        fmu.__init__(
            guid=description.guid,
            modelIdentifier=description.identifier,
            unzipDirectory=str(folder),
            instanceName=name,
        )
        check_resources(folder, description.guid, fmu.dll)
        try:
            fmu.instantiate(callbacks=callbacks, loggingOn=True)
        finally:
            drop_interpreter(fmu.dll)
    except BaseException:
        if hasattr(fmu, "dll"):
            fmu.freeLibrary()
        raise
    return fmu


class FmuSlave:
    """A running FMU.

    Parameters
    ----------
    name : str
        Name of the instance.
    path : Path
        The .fmu file.
    description : Description
        Its model description.
    ports : mapping of str to Port
        Its ports.
    inputs, outputs : sequence of str
        Names of the ports that are used.

    Raises
    ------
    SlaveError
        When the FMU cannot be loaded or instantiated.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        description: Description,
        ports: Mapping[str, Port],
        inputs: Sequence[str],
        outputs: Sequence[str],
    ) -> None:
        self._ports = ports
        self._description = description
        self._environment = next(_numbers)
        self._status = fmi2OK
        self._running = False
        self._fmu: Any = None
        self._extraction: Extraction | None = None
        _messages[self._environment] = ""
        try:
            self._load(name, path)
            self._sets = self._bulks("Set", inputs)
            self._gets = self._bulks("Get", outputs)
        except BaseException:
            self.close()
            raise
        self.inputs: Mapping[str, Values] = {n: view for bulk in self._sets for n, view in bulk.views.items()}
        self.outputs: Mapping[str, Values] = {n: view for bulk in self._gets for n, view in bulk.views.items()}
        for port_name, view in self.inputs.items():
            view[:] = ports[port_name].start

    def _load(self, name: str, path: Path) -> None:
        try:
            self._extraction = Extraction(path)
        except InputError as error:
            raise SlaveError(str(error)) from error
        folder = self._extraction.folder
        try:
            with chdir("."):  # FMPy leaves the working directory changed when a library does not load
                self._fmu = _instantiated(name, self._description, folder, _callbacks(self._environment))
        except SlaveError as error:
            raise SlaveError(f"{path}: {error}") from error
        except Exception as error:  # FMPy raises bare Exceptions here
            reason = _messages[self._environment] or " ".join(str(error).split())
            raise SlaveError(f"{path} cannot be instantiated: {reason}") from error

    def _bulks(self, verb: str, names: Iterable[str]) -> list[Bulk]:
        chosen = [self._ports[name] for name in names]
        by_type = {data_type: [port for port in chosen if port.data_type is data_type] for data_type in DataType}
        named = [(f"fmi2{verb}{data_type.value}", ports) for data_type, ports in by_type.items() if ports]
        return [Bulk(name, getattr(self._fmu.dll, name), self._fmu.component, ports) for name, ports in named]

    def _do(self, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except FMICallException as error:
            raise self._refusal(error.function, error.status) from error

    def _refusal(self, function: str, status: int) -> SlaveError:
        self._status = status
        reason = _messages[self._environment] or "the FMU gave no reason"
        labels = {fmi2Discard: "discard", fmi2Fatal: "fatal"}
        return SlaveError(f"{function} returned {labels.get(status, 'error')}: {reason}")

    def _run(self, bulks: Iterable[Bulk]) -> None:
        for bulk in bulks:  # in every step, so that the library is called without FMPy's functions
            status = bulk()
            if status > fmi2Warning:
                raise self._refusal(bulk.name, status)

    def prepare(self, values: Mapping[str, NDArray[Any]], t: float) -> None:
        """Set start values and enter the initialisation mode."""
        self._write(values)
        self._do(self._fmu.setupExperiment, None, t)
        self._do(self._fmu.enterInitializationMode)

    def initialize(self) -> None:
        """Set the inputs and get the outputs."""
        self._run(self._sets + self._gets)

    def end_initialization(self) -> None:
        """Set the inputs, leave the initialisation mode, get the outputs."""
        self._run(self._sets)
        self._do(self._fmu.exitInitializationMode)
        self._running = True
        self._run(self._gets)

    def step(self, t: float, h: float) -> None:
        """Set the inputs, step, get the outputs."""
        self._run(self._sets)
        status = self._fmu.dll.fmi2DoStep(self._fmu.component, t, h, fmi2False)
        if status > fmi2Warning:
            raise self._refusal("fmi2DoStep", status)
        self._run(self._gets)

    def _write(self, values: Mapping[str, NDArray[Any]]) -> None:
        for bulk in self._bulks("Set", values):
            for name, view in bulk.views.items():
                view[:] = values[name]
            self._run([bulk])

    def set(self, values: Mapping[str, NDArray[Any]]) -> None:
        """Set tunable parameters and get the outputs."""
        self._write(values)
        self._run(self._gets)

    def save(self) -> bytes:
        """Return the state of the FMU and the inputs; SlaveError unless the FMU can serialize its state."""
        check_capabilities(self._description)
        return packed([self._do(save_state, self._fmu), *(bulk.values.tobytes() for bulk in self._sets)])

    def restore(self, saved: bytes) -> None:
        """Put a state of an equal FMU back, and get the outputs."""
        check_capabilities(self._description)
        state, *inputs = unpacked(saved, 1 + len(self._sets))
        self._do(restore_state, self._fmu, state)
        for bulk, values in zip(self._sets, inputs, strict=True):
            fill(bulk.values, values)
        self._run(self._gets)

    def close(self) -> None:
        """Terminate and free the FMU as far as its last status allows, and remove what was extracted."""
        if self._fmu is not None and self._status != fmi2Fatal:
            if self._running and self._status in (fmi2OK, fmi2Discard):
                with suppress(FMICallException):
                    self._fmu.terminate()
            self._fmu.freeInstance()
        self._fmu = None
        del _messages[self._environment]
        if self._extraction is not None:
            self._extraction.close()


def fmu_component(name: str, layer: Layer, path: Path) -> Component:
    """Return a component that runs an .fmu file; InputError says what is wrong with the file."""
    found, ports, annotation = read_interface(path)
    description = replace(found, scalars=())  # the ports hold what is needed of them
    return Component(
        name,
        layer,
        ports,
        lambda inputs, outputs: FmuSlave(name, path, description, ports, inputs, outputs),
        annotation.update,
        str(path),
        annotation.set_identity,
    )
