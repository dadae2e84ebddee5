"""Machine code of the kernels: it computes what the JIT computes, and calls nothing but C's mathematics."""

import ctypes
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from packfmu.fmus import native_objects
from packfmu.fmus.elf import undefined_symbols
from packfmu.fmus.native_header import header
from packfmu.fmus.native_link import link
from packfmu.fmus.native_objects import ALLOWED, compile_component, emit, kernel_code
from packfmu.fmus.platforms import LINUX, MAC_ARM, MAC_INTEL, WINDOWS, Platform
from packfmu.fmus.python_fmu import load_component
from packfmu.models.errors import InputError
from packfmu.models.instance import Instance
from packfmu.models.model import Kind, Model, Variable, kernel

STEPS = 300
COMPONENTS = {
    "cell": {"cells": 6, "parameters": "nissan_leaf_2013"},
    "pack_network": {"series": 3, "parallel": 2, "opposite_terminals": True, "nodes": 21},
    "thermal": {"cells": 6},
    "balancer": {"groups": 3},
}
SPREADS = {
    "current": 30.0, "temperature": 15.0, "pack_current": 80.0, "pack_power": 3e4, "emf": 0.1, "resistance": 5e-4,
    "soc": 0.2, "group_voltage": 0.05, "balancing_current": 0.1,
}  # fmt: skip
"""How far a test lets an input stray from its start value; others stray by a third of their nominal."""


class Probe(Instance):
    """An instance whose kernels are those of a shared library."""

    def __init__(self, model: Model, library: Path) -> None:
        super().__init__(model)
        blocks = (model.parameters, model.inputs, model.outputs, model.states)
        places = np.cumsum([0, *(sum(v.count for v in block) for block in blocks)])[:4]
        p, u, y, x = (ctypes.c_void_p(self.memory.ctypes.data + 8 * int(place)) for place in places)
        self._blocks, self._visible = (x, p, u, y), (p, u, y, x)
        self._library = ctypes.CDLL(str(library))
        self._library.probe_advance.restype = ctypes.c_int64

    def initialize(self) -> None:
        assert self._library.probe_initialize(*self._blocks) == 0

    def update_outputs(self) -> None:
        assert self._library.probe_outputs(*self._blocks) == 0

    def advance(self, t: float, h: float) -> int:
        return self._library.probe_advance(*self._blocks, ctypes.c_double(t), ctypes.c_double(h))

    def refusal(self, status: int) -> str:
        text = ctypes.create_string_buffer(1000)
        self._library.probe_refusal(ctypes.c_int64(status), *self._visible, text, ctypes.c_size_t(1000))
        return text.value.decode()


def probe(name, folder) -> Probe:
    model = load_component(name, COMPONENTS[name], {}).model
    shim = (Path(__file__).parent / "probe" / "shim.c").read_bytes()
    sources = {"shim.c": shim, "model.h": header(model, "{x}", "stamp")}
    library = folder / f"{name}.so"
    objects = compile_component(name, COMPONENTS[name], [LINUX])
    library.write_bytes(link(Platform.LINUX64, model.name, sources, objects))
    return Probe(model, library)


def strayed(variable, generator, step):
    if variable.kind is Kind.BOOLEAN:
        return float(step // 7 % 2)
    if variable.kind is Kind.INTEGER:
        return float(1 + step // 50 % 3)
    spread = SPREADS.get(variable.name, variable.nominal / 3)
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
            values, begin = strayed(variable, generator, step), offsets[variable.name]
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
    assert native.refusal(99) == ""


def test_neither_the_environment_nor_the_order_of_hashes_enters(monkeypatch):
    targets = (LINUX, WINDOWS, MAC_INTEL, MAC_ARM)
    plain = compile_component("balancer", COMPONENTS["balancer"], targets)
    for key, value in (("NUMBA_CPU_NAME", "skylake-avx512"), ("NUMBA_OPT", "1"), ("PYTHONHASHSEED", "7")):
        monkeypatch.setenv(key, value)
    assert compile_component("balancer", COMPONENTS["balancer"], targets) == plain
    beginnings = {target: content[:4] for target, content in plain.items()}
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


def quantity(name):
    return Variable(name, "1", None, 1.0, -math.inf, math.inf, 1.0, "A quantity")


def model_of(compute) -> Model:
    """A model whose step calls another kernel by way of a third."""

    @kernel
    def settle(x, p, u, y, c):
        y.result = p.gain

    @kernel
    def between(p):
        return compute(p) + 1.0

    @kernel
    def advance(x, p, u, y, c, t, h):
        y.result = between(p)
        return 0

    blocks = ((quantity("gain"),), (), (quantity("result"),), (), ())
    return Model("Toy", "A toy", *blocks, settle, settle, advance)


def test_what_c_has_is_allowed():
    @kernel
    def computing(p):
        return math.exp(p.gain) + math.atan2(p.gain, 2.0) + p.gain**2.5

    wanted = undefined_symbols(emit(kernel_code(model_of(computing)), LINUX))
    assert wanted == ["atan2", "exp", "pow"]
    assert set(wanted) <= ALLOWED


@kernel
def allocating(p):
    room = np.zeros(int(p.gain) + 2)
    room[0] = p.gain
    return room.sum()


@kernel
def raising(p):
    if p.gain > 3.0:
        raise ValueError
    return p.gain


@kernel
def tossing(p):
    return np.random.rand() + p.gain  # noqa: NPY002


@kernel
def printing(p):
    print(p.gain)
    return 0.0


@kernel
def listing(p):
    items = [p.gain, 1.0]
    return items[int(p.gain)]


@kernel
def remembering(p):
    return math.lgamma(p.gain)  # C's lgamma writes a global variable


@pytest.mark.parametrize(
    ("compute", "words"),
    [
        (allocating, "Toy: kernel allocating calls NRT_MemInfo_"),
        (listing, "Toy: kernel listing calls NRT_MemInfo_"),
        (raising, r"Toy: kernel raising raises an exception"),
        (tossing, "Toy: kernel tossing calls numba_"),
        (printing, "Toy: kernel printing calls Py"),
        (remembering, "Toy: kernel remembering calls lgamma"),
    ],
)
def test_a_kernel_that_does_more_than_compute_is_refused_by_name(compute, words):
    with pytest.raises(InputError, match=words) as caught:
        kernel_code(model_of(compute))
    assert "\n" not in str(caught.value)


def test_a_kernel_that_numba_cannot_compile_is_refused_by_name():
    @kernel
    def advance(x, p, u, y, c, t, h):
        return {"a": p}.nothing

    broken = replace(model_of(raising), advance=advance)
    with pytest.raises(InputError, match="Toy: advance cannot be compiled"):
        kernel_code(broken)


def test_a_refusal_tells_elements_of_arrays_and_keeps_what_c_would_read_otherwise():
    arrays = (quantity("first"), replace(quantity("table"), size=(2, 3)))
    model = replace(
        model_of(raising), inputs=arrays, refusals={1: '100 % of "{u.table[1][2]:.3g}"? {{}} {u.first:.6e}'}
    )
    text = header(model, "{x}", "stamp").decode()
    assert r'snprintf(text, size, "100 %% of \042%.3g\042\077 {} %.6e", u[6], u[0])' in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{p.gain[0]:.3g}", r"tells p.gain\[0\]"),
        ("{p.gain}", "formats p.gain as ''"),
        ("{p.gain!r:.3g}", "formats p.gain"),
        ("{p.nothing:.3g}", "tells p.nothing"),
        ("{x.gain:.3g}", "tells x.gain"),
    ],
)
def test_a_refusal_that_c_cannot_tell_is_an_error(text, words):
    told = replace(model_of(raising), refusals={3: text})
    with pytest.raises(ValueError, match=words):
        header(told, "{x}", "stamp")


def test_a_kernel_is_named_by_the_last_part_of_its_symbol():
    symbol = "_ZN7packfmu6models9transfers12first_beyondB3v79B44c8tJTIeFIjxB2IKSgI4CrvQCk0Z4yRYcWsBAK4JI"
    assert native_objects._last_part(symbol) == "first_beyond"
    assert native_objects._last_part("plain") == "plain"
