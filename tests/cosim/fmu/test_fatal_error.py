"""A foreign FMU that warns and then fails for good."""

import subprocess
import sys
import textwrap

FATAL = """
from pythonfmu import Fmi2Causality, Fmi2Slave, Real
from pythonfmu.enums import Fmi2Status

class Fails(Fmi2Slave):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.out = 0.0
        self.register_variable(Real("out", causality=Fmi2Causality.output))

    def exit_initialization_mode(self):
        self.log("thin ice", Fmi2Status.warning)

    def do_step(self, current_time, step_size):
        raise RuntimeError("no such luck")
"""

HOST = """
import sys
from pathlib import Path
from fmpy.fmi2 import FMU2Slave
from pythonfmu.builder import FmuBuilder
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.master import run
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.pack.topology import ELECTRICAL

calls = []
original = FMU2Slave._call
FMU2Slave._call = lambda self, name, *arguments: (calls.append(name), original(self, name, *arguments))[1]
fmu = FmuBuilder.build_FMU("fails.py", dest=".")
system = System((fmu_component("Fails", ELECTRICAL, Path("Fails.fmu")),), ())
try:
    run(system, make_plan(system, {ELECTRICAL: 10**9}), Experiment(10**9, record={"out": "Fails.out"}))
except ValueError as error:
    print(error)
    print(calls[-1])
"""


def test_warning_and_fatal_error_of_a_foreign_fmu_are_told_and_the_host_lives_on(tmp_path):
    """Nothing may be called on an FMU after fmi2Fatal; in a process of its own, for its sake is not known."""
    (tmp_path / "fails.py").write_text(textwrap.dedent(FATAL))
    (tmp_path / "host.py").write_text(textwrap.dedent(HOST))
    done = subprocess.run([sys.executable, "host.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Fails does not step from t = 0 s by 1 s: fmi2DoStep returned fatal: Fatal py exc")
    assert done.stdout.splitlines()[1:] == ["fmi2ExitInitializationMode"]  # the step goes past FMPy
    assert "Fails: thin ice" in done.stderr
