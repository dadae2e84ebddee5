"""Saved and restored simulations: the same bits, in this and in other processes."""

import re
import subprocess
import sys
import zipfile
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.cosim.duty import with_profiles
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.simulation import opened
from packfmu.coupling.operations import Rule, connect
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.slave import SlaveError, packed, unpacked
from packfmu.coupling.system import System
from packfmu.pack.fmus import fmu_pack
from packfmu.pack.topology import AGING, CONTROL, ELECTRICAL, THERMAL
from tests.cosim.runs import SECOND
from tests.coupling import toys

PERIODS = {ELECTRICAL: SECOND, CONTROL: 3 * SECOND, THERMAL: 6 * SECOND}
WITH_AGING = {**PERIODS, AGING: 24 * SECOND}
TOTALS = ("Cell.charge", "Thermal.generated_heat")


@contextmanager
def simulated(system, periods=PERIODS, **experiment):
    plan = make_plan(system, periods)
    with opened(system, plan, Experiment(plan.hyperperiod, **experiment), lambda _: None) as simulation:
        yield simulation


def loaded(pack):
    """Return a pack under a load that changes each second."""
    return with_profiles(pack, {"PackNetwork.pack_current": 30.0 * np.sin(np.arange(60.0))})


def told(simulation):
    """Return every bit that the master sees."""
    views = [view.tobytes() for s in simulation.slaves.values() for view in (*s.inputs.values(), *s.outputs.values())]
    return views, simulation.sums(), simulation.time, simulation.skipped


def ahead(simulation, strides):
    """Return what is told after each of the ticks."""
    seen = []
    for stride in strides:
        simulation.tick(stride)
        seen.append(told(simulation))
    return seen


@pytest.mark.parametrize("flavour", ["kernel_pack", "fmus", "native_fmus"])
def test_a_pack_that_is_rolled_back_repeats_its_bits(flavour, request):
    given = request.getfixturevalue(flavour)
    system = loaded(given if flavour == "kernel_pack" else fmu_pack(given))
    with simulated(system, totals=TOTALS) as simulation:
        for _ in range(8):  # in the midst of the periods of Balancer and Thermal
            simulation.tick()
        before, saved = told(simulation), simulation.save()
        first = ahead(simulation, [1] * 10 + [2] * 6)
        simulation.restore(saved)
        assert told(simulation) == before
        assert ahead(simulation, [1] * 10 + [2] * 6) == first
    with simulated(system, totals=TOTALS) as another:
        another.restore(saved)
        assert told(another) == before
        assert ahead(another, [1] * 10 + [2] * 6) == first


@pytest.mark.parametrize("flavour", ["kernel_pack", "fmus"])
def test_the_pace_is_rolled_back_too(flavour, request):
    given = request.getfixturevalue(flavour)
    system = loaded(given if flavour == "kernel_pack" else fmu_pack(given))
    with simulated(system) as simulation:
        ahead(simulation, [1] * 6)
        saved = simulation.save()
        first = ahead(simulation, [1] * 6)
        simulation.restore(saved)
        simulation.set_pace(4)
        assert ahead(simulation, [4] * 6) != first
        simulation.restore(saved)
        assert ahead(simulation, [1] * 6) == first


def gathering():
    """Return a system in which every rule gathers something between two steps."""
    fast, slow = toys.component("Fast", ELECTRICAL, toys.source()), "Slow"
    sinks = {rule: toys.component(f"{slow}_{rule.value}", THERMAL, toys.sink()) for rule in _TO_SLOWER}
    line = toys.component("Line", ELECTRICAL, toys.sink())
    middle = toys.component("Middle", CONTROL, toys.source())
    aging = toys.component("Aging", AGING, toys.sink())
    return System(
        (fast, *sinks.values(), line, middle, aging),
        (
            *(connect("Fast.flow", f"{part.name}.flow", rule) for rule, part in sinks.items()),
            connect("Middle.flow", "Line.flow", Rule.LINEAR),
            connect("Fast.flow", "Aging.flow"),
        ),
    )


_TO_SLOWER = (Rule.MEAN, Rule.INTEGRAL, Rule.MAX, Rule.LAST)

_strides = st.lists(st.integers(1, 3), min_size=1, max_size=30)


@settings(max_examples=30, deadline=None)
@given(_strides, _strides, _strides)
def test_what_connections_have_gathered_is_restored(before, lost, after):
    system = gathering()
    totals = tuple(f"{component.name}.amount" for component in system.components)
    with simulated(system, WITH_AGING, totals=totals, start=5 * SECOND) as simulation:
        simulation.skipped = 100 * SECOND
        ahead(simulation, before)
        saved = simulation.save()
        expected = ahead(simulation, after)
        simulation.restore(saved)
        ahead(simulation, lost)
        simulation.skipped += SECOND
        simulation.restore(saved)
        assert ahead(simulation, after) == expected


_CHILD = """
import sys
from tests.cosim.test_rollback import WITH_AGING, ahead, gathering, simulated
with simulated(gathering(), WITH_AGING) as simulation:
    simulation.restore(open(sys.argv[1], "rb").read())
    print(ahead(simulation, [1] * 20))
"""


def test_another_process_goes_on_with_the_same_bits(tmp_path):
    with simulated(gathering(), WITH_AGING) as simulation:
        ahead(simulation, [1] * 17)
        (tmp_path / "saved").write_bytes(simulation.save())
        expected = ahead(simulation, [1] * 20)
    command = [sys.executable, "-c", _CHILD, tmp_path / "saved"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == str(expected)


def test_an_fmu_that_does_not_save_its_state_is_refused_in_one_line(fmus, tmp_path):
    plain = tmp_path / "Thermal.fmu"
    with zipfile.ZipFile(fmus / "Thermal.fmu") as given, zipfile.ZipFile(plain, "w") as changed:
        for name in given.namelist():
            content = given.read(name)
            if name == "modelDescription.xml":
                content = re.sub(rb'can(GetAndSet|Serialize)FMUstate="true"', b"", content)
            changed.writestr(name, content)
    system = System((fmu_component("Thermal", THERMAL, plain),), ())
    with simulated(system) as simulation, pytest.raises(InputError) as error:
        simulation.save()
    assert str(error.value) == (
        "Thermal cannot be saved: the FMU does not save its state: its model description has no canGetAndSetFMUstate "
        "and no canSerializeFMUstate; error control, jumps and checkpoints need it"
    )


def test_a_state_of_something_else_is_refused():
    with simulated(toys.chain("ABC")) as simulation:
        saved = simulation.save()
    renamed = System(tuple(toys.component(name, ELECTRICAL, toys.adder()) for name in "ABD"), ())
    with (
        simulated(renamed) as other,
        pytest.raises(InputError, match="cannot be restored: the saved state is one of A, B"),
    ):
        other.restore(saved)
    with simulated(toys.chain("ABC")) as same:
        for damaged, words in ((saved[:-1], "damaged"), (b"", "damaged"), (packed([b""]), "does not fit")):
            with pytest.raises(InputError, match=words):
                same.restore(damaged)


def test_any_flipped_bit_is_refused_in_one_line_or_gives_a_state():
    with simulated(gathering(), WITH_AGING) as simulation:
        ahead(simulation, [1] * 3)
        saved, refused = simulation.save(), 0
        for place in range(len(saved)):
            try:
                simulation.restore(saved[:place] + bytes([saved[place] ^ 1 << place % 8]) + saved[place + 1 :])
            except InputError:
                refused += 1
        assert 0 < refused < len(saved)
        simulation.restore(saved)
        simulation.tick()


@given(st.lists(st.binary(max_size=40), max_size=5), st.data())
def test_packed_parts_come_apart_and_damaged_ones_are_refused(parts, data):
    whole = packed(parts)
    assert unpacked(whole, len(parts)) == parts
    cut = data.draw(st.integers(0, len(whole) - 1))
    for damaged, count in ((whole[:cut], len(parts)), (whole + b"x", len(parts)), (whole, len(parts) + 1)):
        with pytest.raises(SlaveError):
            unpacked(damaged, count)
