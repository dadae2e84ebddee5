"""The Python flavour as an importer meets it, through FMPy.

The values pass through `fmi.python.access`.
"""

import gc
import math
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.fmi.python.host import Host, refused, run


def test_it_steps_as_its_equations_say(host):
    host.initialize(gain=2.0)
    host["rate[2]"] = 3.0
    host.step(0.0, 0.5)
    hidden = 3.9 * 0.3 * 0.7
    assert host["level[2]"] == pytest.approx(5.0 + 2.0 * 0.5 * 3.0 + 1e-3 * hidden, rel=1e-15)
    assert host["steps"] == 1
    assert host["enabled"] is True or host["enabled"] == 1
    assert host.log == []


def test_every_kind_is_set_and_read_back(host):
    host.initialize(enable=False, shift=-3, toy_mode=1)
    host["table[2,1]"] = 4.0
    assert (host["enable"], host["shift"], host["toy_mode"], host["table[2,1]"]) == (0, -3, 1, 4.0)
    host["rate[1]"] = 100.0
    host.step()
    assert host["level[1]"] == 5.0
    assert (host["enabled"], host["steps"]) == (0, -2)
    assert host.log == []


def test_values_by_any_list_of_references(host):
    host.initialize()
    reference = {name: variable.valueReference for name, variable in host.variables.items()}
    host.fmu.setReal([reference["rate[3]"], reference["rate[1]"]], [3.0, 1.0])
    assert host.fmu.getReal([reference[f"rate[{k}]"] for k in (1, 2, 3)]) == [1.0, 0.0, 3.0]
    assert host.fmu.getReal([reference["rate[3]"], reference["gain"], reference["rate[3]"]]) == [3.0, 1.0, 3.0]
    assert host.fmu.getReal([]) == []


def test_outputs_follow_parameters_and_inputs_in_the_initialisation(host):
    host.fmu.setupExperiment(startTime=0.0)
    host.fmu.enterInitializationMode()
    assert host["total"] == 15.0
    host["initial_level[1]"] = 10.0
    host["divisor"] = 4.0
    assert (host["total"], host["quotient"]) == (20.0, 5.0)
    host.fmu.exitInitializationMode()
    assert (host["total"], host["level[1]"]) == (20.0, 10.0)


def test_a_tunable_parameter_shows_at_once_and_an_input_only_by_a_step(host):
    host.initialize()
    host["gain"] = 3.0
    host["divisor"] = 5.0
    assert host["total.scaled"] == 45.0
    assert host["quotient"] == 15.0
    host.step()
    assert host["quotient"] == pytest.approx(host["total"] / 5.0)


def test_the_result_does_not_depend_on_what_was_read(toy_fmu):
    with Host(toy_fmu) as one, Host(toy_fmu) as other:
        for host in (one, other):
            host.initialize()
            host["gain"] = 0.7
        one.outputs()
        for host in (one, other):
            host.step()
        assert one.outputs() == other.outputs()


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("rate[2]", math.nan, "rate[2] = nan A is not finite and within [-1000, 1000] A"),
        ("rate[2]", 1e4, "rate[2] = 10000 A is not within [-1000, 1000] A"),
        ("initial_level[3]", -1.0, "initial_level[3] = -1 C is not within [0, inf] C"),
        ("gain", math.inf, "gain = inf is not finite and within [0, 10]"),
        ("limit", math.inf, "limit = inf C is not finite and within [-inf, inf] C"),
        ("toy_mode", 3, "toy_mode = 3 is not within [1, 2]"),
        ("shift", 6, "shift = 6 is not within [-5, 5]"),
        ("total", 1.0, "total is an output and cannot be set"),
    ],
)
def test_a_bad_value_is_refused_by_name_and_holds_the_steps_until_put_right(host, name, value, words):
    host.fmu.setupExperiment(startTime=0.0)
    host.fmu.enterInitializationMode()
    before = host[name]
    host[name] = value
    assert host.log[-1][:2] == (3, "logStatusError")
    assert words in host.log[-1][2]
    assert host[name] == before
    host.fmu.exitInitializationMode()
    assert words in refused(host)
    host[name] = before
    host.step()


def test_a_bad_value_among_many_sets_none(host):
    host.initialize()
    references = [host.variables[f"rate[{k}]"].valueReference for k in (1, 2, 3)]
    host.fmu.setReal(references, [1.0, math.nan, 3.0])
    assert host.fmu.getReal(references) == [0.0, 0.0, 0.0]
    assert refused(host).count("rate[2] = nan") == 1
    host.fmu.setReal(references, [1.0, 2.0, 3.0])
    host.step()


def test_fixed_parameters_are_fixed_after_the_initialisation(host):
    host.initialize()
    host["initial_level[1]"] = 5.0  # no change
    host.step()
    host["initial_level[1]"] = 6.0
    assert "initial_level[1] is a fixed parameter" in refused(host)
    host.fmu.reset()
    host.initialize().step()


def test_references_of_another_kind_are_refused(host):
    host.initialize()
    assert math.isnan(host.fmu.getReal([10_000])[0])
    assert host.log == [(3, "logStatusError", "value reference 10000 is no Real variable of Toy")]
    hidden = len(host.variables)
    assert math.isnan(host.fmu.getReal([hidden])[0])
    assert host.fmu.getInteger([host.variables["gain"].valueReference]) == [0]
    assert host.fmu.getString([0]) == [b""]
    host.step()
    host.fmu.setBoolean([host.variables["gain"].valueReference], [True])
    assert "is no Boolean variable of Toy" in refused(host)
    host["gain"] = 1.0
    host.step()


def test_a_result_that_is_not_finite_is_named_and_undone(host):
    host.initialize()
    before = host.outputs()
    host["divisor"] = 0.0
    assert "quotient became inf" in refused(host)
    assert host.outputs() == before
    host["divisor"] = 1.0
    host.step()


def test_an_initialisation_that_is_not_finite_holds_the_steps(host):
    host.initialize(divisor=0.0)
    assert "quotient became inf" in host.log[-1][2]
    assert "quotient became inf" in refused(host)


def test_an_exception_in_a_step_is_told_with_its_cause_and_the_host_lives_on(host):
    host.initialize()
    before = host.outputs()
    host["toy_mode"] = 2  # a status that the model does not explain
    assert "KeyError: 2" in refused(host)
    assert "Traceback" in host.log[-1][2]
    assert host.outputs() == before
    host["toy_mode"] = 1
    host.step()
    gc.collect()


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_step_is_finished_and_the_host_interrupted(host, monkeypatch):
    host.initialize()
    (slave,) = (module for name, module in sys.modules.items() if name == f"packfmu_{stamp(host)}.fmi.python.slave")
    advance = slave.FmiCalls._advance

    def interrupted(self, *arguments):
        monkeypatch.undo()
        advance(self, *arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(slave.FmiCalls, "_advance", interrupted)

    def step_and_go_on():
        host.step()
        for _ in range(1000):
            time.sleep(0.01)

    with pytest.raises(KeyboardInterrupt):
        step_and_go_on()
    assert host["steps"] == 1
    host.step()


def stamp(host):
    return (Path(host.folder) / "resources" / "slavemodule.txt").read_text().rpartition("_")[2]


def test_instances_are_independent_and_leave_the_search_path_alone(toy_fmu):
    path = list(sys.path)
    with Host(toy_fmu, "one") as one, Host(toy_fmu, "two") as two:
        one.initialize(gain=1.0)
        two.initialize(gain=2.0)
        for host in (one, two):
            host["rate[1]"] = 1.0
        one.step()
        assert two["level[1]"] == 5.0
        two.step()
        np.testing.assert_allclose(two["level[1]"] - one["level[1]"], 1.0, rtol=1e-14)  # rounding of one difference
        assert sys.path == path


def test_a_reset_starts_anew(host):
    host.initialize()
    first = run(host, 3)
    host.fmu.reset()
    host.initialize()
    assert run(host, 3) == first
