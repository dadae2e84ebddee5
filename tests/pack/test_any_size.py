"""Every component in every size: kernels and FMU agree, states roll back, and what stands alone does the same."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.variable import Causality, DataType
from packfmu.cosim.fmu.component import fmu_component
from packfmu.coupling.kernels import kernel_component
from packfmu.fmi.native.fmu import build_native_fmu
from packfmu.fmi.native.platforms import host_platform
from packfmu.fmi.registry import load_definition
from packfmu.pack.block import all_parts
from packfmu.pack.file import Pack
from packfmu.pack.topology import ELECTRICAL

KINDS = {
    "bled": {},
    "managed": {"balancer": {"converter": "flyback"}, "bms": {}, "aging": {"parameters": "graphite_film_aging"}},
}
COMPONENTS = [("bled", name) for name in ("Cell", "PackNetwork", "Thermal", "Balancer", "Pack")]
COMPONENTS += [("managed", name) for name in ("Cell", "Aging", "Bms", "Balancer")]

groups, parallel = st.integers(1, 9), st.integers(1, 6)


def part_of(kind, name, series, parallel):
    """Return a part of a pack; converters need two groups."""
    series = max(series, 2) if "balancer" in KINDS[kind] else series
    table = {"pack": {"series": series, "parallel": parallel}, "cell": {"parameters": "nissan_leaf_2013"}}
    pack = Pack.model_validate(table | KINDS[kind])
    return next(part for part in all_parts(pack) if part.name == name)


def opened(component):
    """Return a slave with all inputs and outputs, initialised."""
    names = {c: [n for n, p in component.ports.items() if p.causality is c] for c in Causality}
    slave = component.open(names[Causality.INPUT], names[Causality.OUTPUT])
    for name in names[Causality.INPUT]:
        slave.inputs[name][:] = component.ports[name].start
    slave.prepare({}, 0.0)
    slave.initialize()
    slave.end_initialization()
    return slave


def inputs_at(component, step):
    """Return values for the inputs of a step: near their start, and above those of the step before for counters."""
    random = np.random.default_rng(step)
    values = {}
    for name, port in component.ports.items():
        if port.causality is Causality.INPUT and port.data_type is DataType.REAL:
            rises = component.name == "Aging"
            moved = (step + random.random(port.count)) * port.nominal if rises else random.normal(size=port.count)
            values[name] = np.clip(port.start + (moved if rises else 0.01 * port.nominal * moved), port.min, port.max)
    return values


def take(slave, values, step):
    """Take a step of a second, and return all outputs as bytes."""
    for name, value in values.items():
        slave.inputs[name][:] = value
    slave.step(float(step), 1.0)
    return {name: output.astype(np.float64).tobytes() for name, output in slave.outputs.items()}


@pytest.mark.parametrize(("kind", "name"), COMPONENTS)
@settings(max_examples=6)
@given(series=groups, parallel=parallel)
def test_kernels_and_fmu_agree_and_go_back(kind, name, series, parallel):
    part = part_of(kind, name, series, parallel)
    jitted = kernel_component(name, ELECTRICAL, load_definition(part.component, part.arguments, part.start).model)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "it.fmu")
        build_native_fmu(path, part.component, part.arguments, part.start, platforms=(host_platform(),))
        compiled = fmu_component(name, ELECTRICAL, path)
        ours, theirs = opened(jitted), opened(compiled)
        try:
            first = [take(ours, inputs_at(jitted, step), step) for step in range(3)]
            assert [take(theirs, inputs_at(jitted, step), step) for step in range(3)] == first
            for slave in (ours, theirs):
                saved = slave.save()
                once = take(slave, inputs_at(jitted, 3), 3)
                slave.restore(saved)
                assert take(slave, inputs_at(jitted, 3), 3) == once
        finally:
            theirs.close()


ALONE = {"Cell": {}, "Thermal": {"conduction": 0.0}, "Aging": {"film_noise": 0.0}}
"""The components whose elements do not touch each other, with these parameters; noise counts the cells."""


@pytest.mark.parametrize("name", ALONE)
@settings(max_examples=10)
@given(cells=st.integers(1, 40), data=st.integers(0, 1000))
def test_each_of_many_does_what_it_does_alone(name, cells, data):
    """Cell, temperature and wear of one place among many equal those of a component of that place only."""
    place = data % cells
    kind = "managed" if name == "Aging" else "bled"
    many, one = (
        kernel_component(name, ELECTRICAL, load_definition(part.component, part.arguments, ALONE[name]).model)
        for part in (part_of(kind, name, cells, 1), part_of(kind, name, 2, 1))
    )
    crowd, lone = opened(many), opened(one)
    for step in range(3):
        values = inputs_at(many, step)
        take(crowd, values, step)
        own = {n: v[[place] * one.ports[n].count] if many.ports[n].shape else v for n, v in values.items()}
        take(lone, own, step)
        for n, output in crowd.outputs.items():
            if many.ports[n].dimension == "cell":
                assert output[place] == lone.outputs[n][0], n
