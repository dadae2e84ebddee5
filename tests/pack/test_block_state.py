"""The block as a native FMU whose state is saved in the middle of a base period, and that is reset."""

import pytest
from fmpy import extract, read_model_description
from fmpy.fmi1 import FMICallException
from fmpy.fmi2 import FMU2Slave

from packfmu.fmi.build import build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.models.network.loads import LoadMode

STEP = 1.1
READ = ("pack_voltage", "soc_mean", "heat", "temperature_maximum", "voltage[3]")


class Run:
    """An instance of the block that is stepped under a constant power."""

    def __init__(self, description, folder, name):
        self._references = {variable.name: variable.valueReference for variable in description.modelVariables}
        self.fmu = FMU2Slave(guid=description.guid, unzipDirectory=folder, modelIdentifier="Pack", instanceName=name)
        self.fmu.instantiate()
        self.begin()

    def begin(self):
        self.fmu.setupExperiment()
        self.fmu.enterInitializationMode()
        self.fmu.setInteger([self._references["load_mode"]], [LoadMode.POWER])
        self.fmu.setReal([self._references["pack_power"]], [-900.0])
        self.fmu.exitInitializationMode()

    def scale(self, scale):
        self.fmu.setInteger([self._references["step_scale"]], [scale])

    def rows(self, first, count):
        """Take steps `first` to `first + count - 1`; return what was read after each."""
        found = []
        for number in range(first, first + count):
            self.fmu.doStep(STEP * number, STEP)
            found.append(self.fmu.getReal([self._references[name] for name in READ]))
        return found


@pytest.fixture
def runs(small_pack, part, tmp_path):
    built = build_parts((part,), tmp_path, small_pack.outputs.detail, platforms=(host_platform(),))
    description = read_model_description(str(built["Pack"]), validate=False)
    folder = extract(str(built["Pack"]), str(tmp_path / "extracted"))
    made = [Run(description, folder, name) for name in ("one", "other")]
    yield made
    for run in made:
        run.fmu.terminate()
        run.fmu.freeInstance()


def test_bytes_restored_in_another_instance_go_on_with_the_same_bits(runs):
    one, other = runs
    one.rows(0, 3)
    state = one.fmu.getFMUState()
    data = one.fmu.serializeFMUState(state)
    one.fmu.freeFMUState(state)
    after = one.rows(3, 30)
    state = other.fmu.deSerializeFMUstate(data)
    other.fmu.setFMUState(state)
    other.fmu.freeFMUState(state)
    assert other.rows(3, 30) == after


def test_a_scale_belongs_to_the_state(runs):
    """Set within the periods of the slower components and taken up 20 s after the start."""
    one, other = runs
    one.rows(0, 12)
    one.scale(4)
    one.rows(12, 3)
    state = one.fmu.getFMUState()
    after = one.rows(15, 30)
    one.fmu.setFMUState(state)
    one.fmu.freeFMUState(state)
    assert one.rows(15, 30) == after
    assert other.rows(0, 45)[-1] != after[-1]


def test_a_scale_beyond_its_bounds_is_refused(runs):
    one, other = runs
    with pytest.raises(FMICallException):
        one.scale(2048)
    assert one.rows(0, 5) == other.rows(0, 5)


def test_a_reset_instance_starts_anew(runs):
    one, other = runs
    one.rows(0, 5)
    one.fmu.reset()
    one.begin()
    assert one.rows(0, 5) == other.rows(0, 5)
