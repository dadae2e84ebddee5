"""Calls in random order with random arguments: nothing crashes, what is refused is told and changes nothing."""

import itertools
import math
import random
import re
from collections import Counter
from contextlib import suppress
from ctypes import c_size_t

import numpy as np
import pytest
from fmpy.fmi1 import FMICallException

from packfmu.core.instance import Instance
from packfmu.fmi.python.fmu import build_python_fmu
from packfmu.fmus import cell
from tests.fmi.python.host import KINDS, Host
from tests.fmi.python.sealed import MEMORY, sealed
from tests.fmi.trees import load_toy

INSTANCES = 3
ERROR, DISCARD = 3, 2
VALUES = {
    "Real": (math.nan, math.inf, -math.inf, -1.0, -0.0, 0.0, 5e-324, 1e-9, 0.5, 1.0, 25.0, 298.15, 1e6, 1e300),
    "Integer": (-(2**31), -1, 0, 1, 2, 3, 7, 2**31 - 1),
    "Boolean": (0, 1, 2),
    "String": ("", "%s%n", "\N{DEGREE SIGN}"),
}
LOST = (-1.0, 1.0, 1e300, math.nan, math.inf)
"""What is added to the time of a step that does not begin where the last one ended."""

STARTS = (*[0.0] * 5, 5.0, -5.0, math.nan)
REFUSED = re.compile("the step from .* is refused: |a step must begin at |a step follows |time must be finite")
WRONG = (*LOST, -1e300, 0.0, 0.5, 2.0, 33.0, 1e18, -(2.0**63))
"""What is put into states."""

STEPS = (1.0, 1.0, 1.0, 0.1, 1e-9, 600.0, 1e300, 5e-324, 0.0, -1.0, math.nan, math.inf)


class Player:
    """One instance, and what its model description lets it accept."""

    def __init__(self, fmu, memory, chance, outcomes):
        self.host = Host(fmu)
        self.chance = chance
        self.outcomes = outcomes
        self.variables = self.host.description.modelVariables
        self.memory_size = memory
        self.initialised = False
        self.saved = []
        self.stray = itertools.count(2**30)

    def memory(self):
        """The whole memory, hidden state included."""
        return self.bytes()[MEMORY : MEMORY + 8 * self.memory_size]

    def bytes(self):
        """The state."""
        state = self.host.fmu.getFMUstate()
        data = bytes(self.host.fmu.serializeFMUstate(state))
        self.host.fmu.freeFMUstate(state)
        return data

    def take(self, data):
        """Restore bytes; return whether they are taken."""
        told = len(self.host.log)
        restored = self.host.fmu.deSerializeFMUstate(data)
        self.host.fmu.setFMUstate(restored)
        self.host.fmu.freeFMUstate(restored)
        return len(self.host.log) == told

    def settle(self):
        """Read the outputs, so that none is computed later on, and have another message told than comes next.

        What was told last would not be told once more.
        """
        self.host.outputs()
        self.host.fmu.getReal([next(self.stray)])
        self.host.log.clear()

    def play(self):
        getattr(self, self.chance.choice(ACTIONS))()
        assert all(status in (DISCARD, ERROR) for status, _, _ in self.host.log)

    def references(self, kind):
        """References of one kind and now and then of another, or of nothing."""
        fitting = [v.valueReference for v in self.variables if KINDS[v.type] == kind]
        stray = [2**31, 2**32 - 1, self.memory_size, *(v.valueReference for v in self.variables)]
        chosen = self.chance.choices(fitting or stray, k=self.chance.choice((0, 1, 1, 2, 5)))
        return [*chosen, self.chance.choice(stray)] if self.chance.random() < 0.2 else chosen

    def value(self, kind, reference):
        known = [v for v in self.variables if v.valueReference == reference]
        if known and kind == "Real" and self.chance.random() < 0.7:
            least, most = bounds(known[0])
            return self.chance.uniform(max(least, -1e3), min(most, 1e3))
        return self.chance.choice(VALUES[kind])

    def allowed(self, kind, references, values):
        """Whether the model description allows for these values now."""
        return all(self.allowed_one(kind, *pair) for pair in zip(references, values, strict=True))

    def allowed_one(self, kind, reference, value):
        variable = next((v for v in self.variables if v.valueReference == reference), None)
        if variable is None or KINDS[variable.type] != kind:
            return False
        least, most = bounds(variable)
        fits = kind == "Boolean" or (math.isfinite(value) and least <= value <= most)
        locked = variable.causality == "output" or (self.initialised and variable.variability == "fixed")
        present = getattr(self.host.fmu, f"get{kind}")([reference])[0]
        return fits and (not locked or present == (bool(value) if kind == "Boolean" else value))

    def set(self):
        kind = self.chance.choice(("Real", "Real", "Real", "Integer", "Boolean", "String"))
        references = self.references(kind)
        values = [self.value(kind, reference) for reference in references]
        self.settle()
        fits, before = self.allowed(kind, references, values), self.memory()
        self.outcomes["set" if fits else "not set"] += 1
        getattr(self.host.fmu, f"set{kind}")(references, values)
        assert [status for status, _, _ in self.host.log] == ([] if fits else [ERROR])
        if not fits:
            assert self.memory() == before
        outputs = {v.valueReference for v in self.variables if v.causality == "output"}
        for reference, value in dict(zip(references, values, strict=True)).items() if fits else ():
            if reference not in outputs:  # those follow
                got = getattr(self.host.fmu, f"get{kind}")([reference])
                assert got == [bool(value) if kind == "Boolean" else value]

    def get(self):
        kind = self.chance.choice(("Real", "Integer", "Boolean", "String"))
        references = self.references(kind)
        fits = all(any(v.valueReference == r and KINDS[v.type] == kind for v in self.variables) for r in references)
        self.settle()
        before = self.memory()
        values = getattr(self.host.fmu, f"get{kind}")(references)
        assert len(values) == len(references)
        assert [status for status, _, _ in self.host.log] == ([] if fits else [ERROR])
        assert self.memory() == before

    def step(self):
        self.settle()
        before, h = self.memory(), self.chance.choice(STEPS)
        lost = self.chance.choice(LOST) if self.chance.random() < 0.1 else 0.0
        t = self.host.time + lost
        refusal = None
        try:
            self.host.step(t, h)
        except FMICallException as error:
            refusal = error
        self.outcomes["not stepped" if refusal else "stepped"] += 1
        if refusal:
            assert refusal.status == DISCARD
            message = self.host.log[-1][2]
            assert REFUSED.match(message) or "KeyError: 2" in message  # which the toy raises on purpose
            assert self.memory() == before
        else:
            assert self.host.log == []
            assert lost == 0.0 or abs(lost) <= 1e-6 * h + 1e-9 * abs(t - lost)
            assert math.isfinite(t)
            assert 0.0 < h < math.inf
            assert np.isfinite(self.host.outputs()).all()

    def initialise(self):
        fmu = self.host.fmu
        fmu.reset()
        self.initialised = False
        start = self.chance.choice(STARTS)
        fmu.setupExperiment(None, start, None)
        self.host.time = start if math.isfinite(start) else 0.0
        fmu.enterInitializationMode()
        if self.chance.random() < 0.3:
            self.set()
        fmu.exitInitializationMode()
        self.initialised = True

    def change_phase(self):
        """Call the functions that change the phase in any order."""
        fmu, phases = self.host.fmu, {"reset": False, "terminate": True, "enterInitializationMode": False}
        name = self.chance.choice([*phases, "exitInitializationMode", "setupExperiment"])
        getattr(fmu, name)()
        self.host.time *= name != "reset"
        self.initialised = phases.get(name, self.initialised or name == "exitInitializationMode")

    def save(self):
        before = self.memory()
        self.saved.append((self.host.fmu.getFMUstate(), before, self.initialised, self.host.time))
        if len(self.saved) > 4:
            self.host.fmu.freeFMUstate(self.saved.pop(self.chance.randrange(4))[0])

    def restore(self):
        if self.saved:
            state, memory, self.initialised, self.host.time = self.chance.choice(self.saved)
            self.host.fmu.setFMUstate(state)
            assert self.memory() == memory

    def restore_bytes(self):
        """Restore bytes that may have been spoilt."""
        self.settle()
        before, data = self.memory(), self.bytes()
        spoilt = self.chance.random() < 0.7
        if spoilt:
            where = self.chance.randrange(len(data))
            other = bytes([data[where] ^ 1 << self.chance.randrange(8)])
            data = self.chance.choice([data[:where], b"", data[:where] + other + data[where + 1 :], data[1:]])
        self.take(data)
        assert [status for status, _, _ in self.host.log] == ([ERROR] if spoilt else [])
        assert self.memory() == before

    def misuse(self):
        """Restore a state with a wrong value in it, sealed; where it is taken run on from it, and return."""
        self.settle()
        before, data = self.memory(), self.bytes()
        place = MEMORY + 8 * self.chance.randrange(self.memory_size)
        taken = self.take(sealed(data, place, "<d", self.chance.choice(WRONG)))
        self.outcomes["misused" if taken else "not misused"] += 1
        for _ in range(3 if taken else 0):
            with suppress(FMICallException):
                self.host.fmu.doStep(0.0, 1.0)
            self.host.outputs()
        assert self.memory() == before or taken
        assert self.take(data)
        assert self.memory() == before

    def call_what_is_not_offered(self):
        fmu, before = self.host.fmu, self.memory()
        for call in (
            fmu.cancelStep,
            lambda: fmu.setRealInputDerivatives([0], [1], [1.0]),
            lambda: fmu.getRealOutputDerivatives([0], [1]),
            lambda: fmu.getDirectionalDerivative([0], [0], [1.0]),
        ):
            with pytest.raises(FMICallException) as caught:
                call()
            assert caught.value.status == ERROR
        fmu.fmi2GetReal(fmu.component, None, c_size_t(0), None)
        fmu.fmi2SetReal(fmu.component, None, c_size_t(0), None)
        assert self.memory() == before

    def leave(self):
        for state, *_ in self.saved:
            self.host.fmu.freeFMUstate(state)
        self.host.__exit__()


ACTIONS = (
    *("set", "step") * 5,
    *("get", "restore", "save") * 2,
    *("initialise",) * 4,
    "change_phase", "restore_bytes", "misuse", "misuse", "call_what_is_not_offered",
)  # fmt: skip


def bounds(variable):
    return (
        -math.inf if variable.min is None else float(variable.min),
        math.inf if variable.max is None else float(variable.max),
    )


@pytest.fixture(scope="module")
def cell_fmu(tmp_path_factory):
    path = tmp_path_factory.mktemp("cell") / "Cell.fmu"
    build_python_fmu(path, "cell", {"cells": 2, "parameters": "nissan_leaf_2013"})
    return path


@pytest.mark.parametrize("which", ["toy", "cell"])
@pytest.mark.parametrize(("calls", "seed"), [(1500, 0), pytest.param(20_000, 1, marks=pytest.mark.campaign)])
def test_nothing_crashes_and_what_is_refused_is_told_and_changes_nothing(which, calls, seed, toy_fmu, cell_fmu):
    component = load_toy(3) if which == "toy" else cell.define(2, "nissan_leaf_2013")
    fmu, size = (toy_fmu if which == "toy" else cell_fmu), Instance(component.model).memory.size
    chance = random.Random(seed)
    players, outcomes = [], Counter()
    try:
        for _ in range(calls):
            if not players or (len(players) < INSTANCES and chance.random() < 0.02):
                players.append(Player(fmu, size, chance, outcomes))
            if chance.random() < 0.005:
                players.pop(chance.randrange(len(players))).leave()
            else:
                chance.choice(players).play()
    finally:
        for player in players:
            player.leave()
    assert (
        min(outcomes[what] for what in ("set", "not set", "stepped", "not stepped", "misused", "not misused"))
        > calls // 60
    )
