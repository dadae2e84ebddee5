"""Components from .fmu files, run through FMPy with one bulk set and one bulk get for each step."""

from __future__ import annotations

import itertools
import logging
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import chdir, suppress
from ctypes import POINTER, byref
from pathlib import Path
from typing import Any

import fmpy
import numpy as np
from fmpy.fmi1 import FMICallException, printLogMessage
from fmpy.fmi2 import (
    FMU2Slave,
    fmi2CallbackAllocateMemoryTYPE,
    fmi2CallbackFreeMemoryTYPE,
    fmi2CallbackFunctions,
    fmi2CallbackLoggerTYPE,
    fmi2Discard,
    fmi2Fatal,
    fmi2Integer,
    fmi2OK,
    fmi2Real,
    fmi2True,
    fmi2ValueReference,
    fmi2Warning,
)
from fmpy.logging import addLoggerProxy
from fmpy.model_description import ModelDescription
from numpy.typing import NDArray

from ..models.model import Kind
from .fmu_interface import read_interface, read_update
from .interface import Port
from .slave import SlaveError, Values
from .system import PACK_LAYERS, Component, Layer, System, pack_system

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


def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix="packfmu-", ignore_cleanup_errors=True)
    except OSError as error:
        raise SlaveError(f"there is no temporary folder to extract the FMU into: {error.strerror}") from error


def _check_resources(folder: Path) -> None:
    """Raise SlaveError where pythonfmu's library would end the process because it does not find its resources.

    It decodes nothing but %20 of the URI that tells it where they are.
    """
    if (folder / "resources" / "slavemodule.txt").exists() and "%" in folder.as_uri().replace("%20", " "):
        raise SlaveError(
            f"FMUs of the Python flavour do not run in the temporary folder {folder.parent}, "
            "only below folders named with ASCII letters, digits, spaces and -._~; set TMPDIR to another"
        )


def _drop_interpreter(library: Any) -> None:
    """Have pythonfmu's library drop its own hold on the interpreter; every instance has one besides.

    When the process ends, the library of pythonfmu 0.7.0 lets go of what is left of it twice, the second time out of
    memory that was freed, and now and then the process aborts.
    """
    with suppress(AttributeError):  # another library
        library.finalizePythonInterpreter()


class _Bulk:
    """Values of ports of one kind, set or got in one call.

    Parameters
    ----------
    call : callable
        FMPy's function: ``call(component, references, count, values)``.
    component : pointer
        The FMU's instance.
    ports : sequence of Port
        Ports of one kind, at least one.
    """

    def __init__(self, call: Callable[..., int], component: Any, ports: Sequence[Port]) -> None:
        real = ports[0].kind is Kind.REAL
        scalar = fmi2Real if real else fmi2Integer
        self.values: Values = np.zeros(sum(port.count for port in ports), np.float64 if real else np.int32)
        references = np.concatenate([port.references for port in ports])
        ends = np.cumsum([port.count for port in ports])
        self.views = {p.name: self.values[e - p.count : e] for p, e in zip(ports, ends, strict=True)}
        pointers = references.ctypes.data_as(POINTER(fmi2ValueReference)), self.values.ctypes.data_as(POINTER(scalar))
        self._call = call
        self._arguments = (component, pointers[0], len(self.values), pointers[1])

    def __call__(self) -> None:
        self._call(*self._arguments)


class FmuSlave:
    """A running FMU.

    Parameters
    ----------
    name : str
        Name of the instance.
    path : Path
        The .fmu file.
    description : ModelDescription
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
        description: ModelDescription,
        ports: Mapping[str, Port],
        inputs: Sequence[str],
        outputs: Sequence[str],
    ) -> None:
        self._ports = ports
        self._environment = next(_numbers)
        self._status = fmi2OK
        self._running = False
        self._fmu: Any = None
        self._directory = _temporary_folder()
        _messages[self._environment] = ""
        try:
            self._load(name, path, description)
        except BaseException:
            self.close()
            raise
        self._sets = self._bulks("Set", inputs)
        self._gets = self._bulks("Get", outputs)
        self.inputs: Mapping[str, Values] = {n: view for bulk in self._sets for n, view in bulk.views.items()}
        self.outputs: Mapping[str, Values] = {n: view for bulk in self._gets for n, view in bulk.views.items()}
        for port_name, view in self.inputs.items():
            view[:] = ports[port_name].start

    def _load(self, name: str, path: Path, description: ModelDescription) -> None:
        try:
            with chdir("."):  # FMPy leaves the working directory changed when a library does not load
                fmpy.extract(path, self._directory.name)
                _check_resources(Path(self._directory.name))
                fmu = FMU2Slave(
                    guid=description.guid,
                    modelIdentifier=description.coSimulation.modelIdentifier,
                    unzipDirectory=self._directory.name,
                    instanceName=name,
                )
                try:
                    fmu.instantiate(callbacks=_callbacks(self._environment), loggingOn=True)
                finally:
                    _drop_interpreter(fmu.dll)
        except Exception as error:  # FMPy raises bare Exceptions here
            reason = _messages[self._environment] or " ".join(str(error).split())
            raise SlaveError(f"{path} cannot be instantiated: {reason}") from error
        self._fmu = fmu

    def _bulks(self, verb: str, names: Iterable[str]) -> list[_Bulk]:
        chosen = [self._ports[name] for name in names]
        groups = [(kind, [port for port in chosen if port.kind is kind]) for kind in Kind]
        return [
            _Bulk(getattr(self._fmu, f"fmi2{verb}{kind.value}"), self._fmu.component, ports)
            for kind, ports in groups
            if ports
        ]

    def _do(self, function: Callable[..., Any], *arguments: Any) -> None:
        try:
            function(*arguments)
        except FMICallException as error:
            self._status = error.status
            reason = _messages[self._environment] or "the FMU gave no reason"
            labels = {fmi2Discard: "discard", fmi2Fatal: "fatal"}
            raise SlaveError(f"{error.function} returned {labels.get(error.status, 'error')}: {reason}") from error

    def prepare(self, values: Mapping[str, NDArray[Any]], t: float) -> None:
        """Set start values and enter the initialisation mode."""
        for bulk in self._bulks("Set", values):
            for name, view in bulk.views.items():
                view[:] = values[name]
            self._do(bulk)
        self._do(self._fmu.setupExperiment, None, t)
        self._do(self._fmu.enterInitializationMode)

    def initialize(self) -> None:
        """Set the inputs and get the outputs."""
        for bulk in self._sets + self._gets:
            self._do(bulk)

    def begin(self) -> None:
        """Set the inputs, leave the initialisation mode, get the outputs."""
        for bulk in self._sets:
            self._do(bulk)
        self._do(self._fmu.exitInitializationMode)
        self._running = True
        for bulk in self._gets:
            self._do(bulk)

    def step(self, t: float, h: float) -> None:
        """Set the inputs, step, get the outputs."""
        fmu = self._fmu
        for bulk in self._sets:
            self._do(bulk)
        self._do(fmu.fmi2DoStep, fmu.component, t, h, fmi2True)
        for bulk in self._gets:
            self._do(bulk)

    def close(self) -> None:
        """Terminate and free the FMU as far as its last status allows, and remove what was extracted."""
        if self._fmu is not None and self._status != fmi2Fatal:
            if self._running and self._status in (fmi2OK, fmi2Discard):
                with suppress(FMICallException):
                    self._fmu.terminate()
            self._fmu.freeInstance()
        self._fmu = None
        del _messages[self._environment]
        self._directory.cleanup()


def fmu_component(name: str, layer: Layer, path: Path) -> Component:
    """Return a component that runs an .fmu file; InputError tells what is wrong with the file."""
    description, ports = read_interface(path)
    return Component(
        name,
        layer,
        ports,
        lambda inputs, outputs: FmuSlave(name, path, description, ports, inputs, outputs),
        read_update(path),
    )


def fmu_pack(folder: Path) -> System:
    """Join ``PackNetwork.fmu``, ``Cell.fmu``, ``Balancer.fmu`` and ``Thermal.fmu`` of a folder to a pack."""
    return pack_system(fmu_component(name, layer, folder / f"{name}.fmu") for name, layer in PACK_LAYERS.items())
