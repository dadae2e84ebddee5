"""Machine code of the kernels: it computes what the JIT computes, and calls nothing but C's mathematics."""

import ctypes
from pathlib import Path

import numpy as np
import pytest

from packfmu.core.errors import InputError
from packfmu.core.instance import Instance
from packfmu.core.model import Model
from packfmu.core.variable import DataType
from packfmu.fmi.native import objects
from packfmu.fmi.native import objects as native_objects
from packfmu.fmi.native.elf import undefined_symbols
from packfmu.fmi.native.header import header
from packfmu.fmi.native.libraries import Wanted, object_code
from packfmu.fmi.native.link import link
from packfmu.fmi.native.objects import component_code, emit
from packfmu.fmi.native.platforms import LINUX, MAC_ARM, MAC_INTEL, WINDOWS, Platform
from packfmu.fmi.native.tables import tables
from packfmu.fmi.registry import load_definition
from packfmu.models.aging.counters import COUNTER_NAMES
from tests.fmi.native.native_models import PHYSICS
from tests.fmi.native.native_toy import GUID, SHIM, STAMP

STEPS = 300
COMPONENTS = {
    "cell": ("cell", {"cells": 6, "parameters": "nissan_leaf_2013"}),
    "aged cell": ("cell", {"cells": 6, "parameters": "nissan_leaf_2013", "aging": "graphite_film_aging"}),
    "particles": ("cell", {"cells": 6, "parameters": "chen_2020"}),
    "porous": ("cell", PHYSICS["porous"]),
    "pack_network": ("pack_network", {"series": 3, "parallel": 2, "opposite_terminals": True, "nodes": 21}),
    "thermal": ("thermal", {"cells": 6}),
    "balancer": ("balancer", {"groups": 3, "parallel": 1}),
    "flyback": ("balancer", {"groups": 3, "parallel": 1, "converter": "flyback", "links": [[0, -1], [1, -1], [1, 2]]}),
    "bms": ("bms", {"groups": 3, "parallel": 2, "parameters": "nissan_leaf_2013"}),
    "aging": ("aging", {"cells": 6, "aging": "graphite_film_aging"}),
}
"""Modules of `fmus` and their arguments."""
SPREADS = {
    "current": 30.0, "temperature": 15.0, "pack_current": 80.0, "pack_power": 3e4, "emf": 0.1, "resistance": 5e-4,
    "soc": 0.2, "group_voltage": 0.05, "balancing_current": 0.1, "capacity_loss": 0.1, "resistance_growth": 0.3,
    "soc_shift": 0.02,
}  # fmt: skip
"""How far a test lets an input stray from its start value; others stray by a third of their nominal."""
SHARES = {"particles": 0.2, "porous": 0.2}
"""What share of these the inputs of smaller cells stray."""
RISING = COUNTER_NAMES
"""Inputs that a test lets rise; in one of fifty steps they fall."""


class Probe(Instance):
    """An instance whose kernels are those of a shared library."""

    def __init__(self, model: Model, library: Path) -> None:
        super().__init__(model)
        self._library = ctypes.CDLL(str(library))
        self._library.probe_advance.restype = ctypes.c_int64
        self._blocks = ctypes.c_void_p(self._addresses.ctypes.data)
        self._tables = tables(model, GUID, STAMP)

    def initialize(self) -> None:
        assert self._library.probe_initialize(self._blocks) == 0

    def update_outputs(self) -> None:
        assert self._library.probe_outputs(self._blocks) == 0

    def advance(self, t: float, h: float) -> int:
        return self._library.probe_advance(self._blocks, ctypes.c_double(t), ctypes.c_double(h))

    def refusal(self, status: int) -> str:
        text = ctypes.create_string_buffer(1000)
        memory = ctypes.c_void_p(self.memory.ctypes.data)
        self._library.probe_refusal(ctypes.c_int64(status), memory, self._tables, text, ctypes.c_size_t(1000))
        return text.value.decode()


def probe(name, folder) -> Probe:
    module, arguments = COMPONENTS[name]
    model = load_definition(module, arguments, {}).model
    shim = (Path(__file__).parent / "probe" / "shim.c").read_bytes()
    own = {name: (SHIM / name).read_bytes() for name in ("tables.h", "tables.c", "checksum.c", "refusal.c")}
    sources = own | {"shim.c": shim, "model.h": header(model, STAMP)}
    library = folder / f"{module}.so"
    objects = object_code(Wanted(module, arguments, model, ()), [LINUX])
    library.write_bytes(link(Platform.LINUX64, model.name, sources, objects))
    return Probe(model, library)


def strayed(variable, generator, step, share):
    if variable.data_type is DataType.BOOLEAN:
        return float(step // 7 % 2)
    if variable.data_type is DataType.INTEGER:
        return float(1 + step // 50 % 3)
    if variable.name in RISING:
        return (step - 3 * (step % 50 == 49) + generator.random(variable.count)) * variable.nominal / 50
    spread = SPREADS.get(variable.name, variable.nominal / 3) * share
    return np.clip(
        variable.start_values().ravel() + generator.normal(0.0, spread, variable.count), variable.min, variable.max
    )


@pytest.mark.parametrize("name", COMPONENTS)
def test_machine_code_gives_what_the_jit_gives_to_the_last_bit(name, tmp_path):
    native = probe(name, tmp_path)
    jitted = Instance(native.model)
    generator, offsets = np.random.default_rng(20), native.model.offsets()
    refused = 0
    for instance in (native, jitted):
        instance.initialize()
    for step in range(STEPS):
        for variable in native.model.inputs:
            values, begin = strayed(variable, generator, step, SHARES.get(name, 1.0)), offsets[variable.name]
            for instance in (native, jitted):
                instance.memory[begin : begin + variable.count] = values
        h = float(generator.choice([0.1, 0.37, 1.0, 10.0]))
        before = jitted.memory.copy()
        statuses = [instance.advance(step * 1.0, h) for instance in (native, jitted)]
        assert statuses[0] == statuses[1]
        if statuses[0]:
            assert native.refusal(statuses[0]) == jitted.refusal(statuses[1])
            refused += 1
        assert native.memory.tobytes() == jitted.memory.tobytes(), step
        if statuses[0]:
            native.memory[:] = jitted.memory[:] = before
        if step % 20 == 0:
            for instance in (native, jitted):
                instance.update_outputs()
            assert native.memory.tobytes() == jitted.memory.tobytes(), step
    assert np.isfinite(jitted.memory).all()
    assert refused < STEPS / 2


def test_a_refusal_reads_as_in_python(tmp_path):
    native = probe("pack_network", tmp_path)
    jitted = Instance(native.model)
    for instance in (native, jitted):
        instance.initialize()
        instance.u["load_mode"], instance.u["pack_power"] = 2.0, -1e9
    status = jitted.advance(0.0, 1.0)
    assert native.advance(0.0, 1.0) == status != 0
    assert native.refusal(status) == jitted.refusal(status)
    assert "pack_power = -1e+09 W has no current" in native.refusal(status)
    assert native.refusal(99) == "the model gave the status 99, which it does not explain"


POORER_HOST = """
import llvmlite.binding as binding
from llvmlite.binding import targets
real = targets.get_host_cpu_features
def poorer():
    features = real()
    for name in features:
        features[name] = features[name] and not name.startswith("avx")
    return features
binding.get_host_cpu_features = targets.get_host_cpu_features = poorer
"""


def undisturbed(name, arguments, targets):
    """Return the object code as any process of this machine has compiled it, which is done once."""
    return object_code(Wanted(name, arguments, load_definition(name, arguments, {}).model, ()), targets)


def test_the_hosts_processor_does_not_enter(tmp_path, monkeypatch):
    """A chain of many cells, which there is something to vectorise in, as a host without AVX compiles it."""
    arguments = {"cells": 192}
    plain = undisturbed("thermal", arguments, [LINUX])
    (tmp_path / "sitecustomize.py").write_text(POORER_HOST)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert emit(component_code("thermal", arguments), LINUX) == plain[LINUX]


def test_sources_that_changed_meanwhile_are_refused(monkeypatch):
    monkeypatch.setattr(objects, "source_digest", lambda: "of those that this process was started with")
    with pytest.raises(InputError, match="have changed since this program started; start it again"):
        component_code("thermal", {"cells": 3})


def test_neither_the_environment_nor_a_file_nor_the_order_of_hashes_enters(tmp_path, monkeypatch):
    targets = (LINUX, WINDOWS, MAC_INTEL, MAC_ARM)
    plain = undisturbed(*COMPONENTS["balancer"], targets)
    (tmp_path / ".numba_config.yaml").write_text('opt: "0"\n')
    monkeypatch.chdir(tmp_path)
    for key, value in (("NUMBA_CPU_NAME", "skylake-avx512"), ("NUMBA_OPT", "1"), ("PYTHONHASHSEED", "7")):
        monkeypatch.setenv(key, value)
    code = component_code(*COMPONENTS["balancer"])
    assert {target: emit(code, target) for target in targets} == plain
    beginnings = {target: plain[target][:4] for target in targets}
    assert beginnings == {
        LINUX: b"\x7fELF", WINDOWS: b"\x64\x86" + beginnings[WINDOWS][2:],
        MAC_INTEL: b"\xcf\xfa\xed\xfe", MAC_ARM: b"\xcf\xfa\xed\xfe",
    }  # fmt: skip


def test_undefined_symbols_are_read_from_the_object():
    code = """
    declare double @sin(double)
    declare double @zeta(double)
    define double @own(double %x) { %s = call double @sin(double %x) %z = call double @zeta(double %s) ret double %z }
    """
    assert undefined_symbols(emit(code, LINUX)) == ["sin", "zeta"]


def test_a_kernel_is_named_by_the_last_part_of_its_symbol():
    symbol = "_ZN7packfmu6models9transfers12first_beyondB3v79B44c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsBAK4JI"
    assert native_objects._last_part(symbol) == "first_beyond"
    assert native_objects._last_part("plain") == "plain"
