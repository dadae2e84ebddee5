"""A flipped bit of a file that is kept: the same numbers, or a refusal in one line; never others, never a crash.

Entries of the cache: `tests/core/test_cache_entries.py`; what zig has made: `tests/fmi/native/test_runtime.py`; the
checkpoint of a long run: `tests/cosim/long/test_checkpoint_damage.py`.
"""

import json
import os

import pytest

from tests.processes import program

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="each flip is tried in a fork, which may crash")

FLIPS = """
import collections, json, os, random, sys, traceback
from pathlib import Path
from packfmu.core.errors import InputError
from packfmu.cosim.experiment import Experiment
from packfmu.cosim.fmu.component import fmu_component
from packfmu.cosim.master import run
from packfmu.cosim.results import load
from packfmu.coupling.schedule import make_plan
from packfmu.coupling.system import System
from packfmu.pack.topology import THERMAL

fmu, folder, flips = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
record = {"temperature": "Thermal.temperature", "heat": "Thermal.ambient_heat"}

def told(path):
    system = System((fmu_component("Thermal", THERMAL, path),), ())
    values = {"Thermal.ambient_temperature": 310.0}
    output = path.with_suffix(".nc")
    run(system, make_plan(system, {THERMAL: 10**9}), Experiment(3 * 10**9, values, record=record, output=output))
    recorded = load(output)
    return "".join(recorded[name].values.tobytes().hex() for name in record)

def tried(path, pipe):
    try:
        answer = told(path)
    except InputError as error:
        answer = "refused" if "\\n" not in str(error) else f"several lines: {error}"
    except BaseException:
        answer = traceback.format_exc()
    os.write(pipe, answer.encode())
    os._exit(0)

def forked(path):
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        tried(path, writing)
    os.close(writing)
    with open(reading) as answer:
        text = answer.read()
    status = os.waitpid(child, 0)[1]
    return text if status == 0 else f"crash {status}"

whole, draw = fmu.read_bytes(), random.Random(1)
expected = forked(fmu)
counted, unlike = collections.Counter(), {}
for k in range(flips):
    place = draw.randrange(8 * len(whole)) if k % 2 else 8 * (len(whole) - 1 - draw.randrange(2000)) + draw.randrange(8)
    damaged = bytearray(whole)
    damaged[place // 8] ^= 1 << place % 8
    path = folder / f"{k}.fmu"
    path.write_bytes(damaged)
    answer = forked(path)
    counted["same" if answer == expected else answer if answer == "refused" else "unlike"] += 1
    if answer not in (expected, "refused"):
        unlike[place] = answer
    path.unlink()
print(json.dumps([expected, counted, unlike]))
"""


def assert_flips_do_no_harm(fmu, folder, flips):
    """Half of them anywhere, half of them in the directory of the archive."""
    with program(FLIPS, fmu, folder, flips) as running:
        printed, errors = running.communicate()
    assert running.returncode == 0, errors
    expected, counted, unlike = json.loads(printed)
    assert len(bytes.fromhex(expected)) >= 8 * 4
    assert unlike == {}
    assert counted["refused"] > 0
    assert sum(counted.values()) == flips


def test_a_flipped_bit_of_an_fmu_changes_no_number(native_fmus, tmp_path):
    assert_flips_do_no_harm(native_fmus / "Thermal.fmu", tmp_path, 12)


@pytest.mark.campaign
@pytest.mark.parametrize(("flavour", "flips"), [("native_fmus", 1000), ("fmus", 100)])
def test_flipped_bits_of_fmus_change_no_number(flavour, flips, request, tmp_path):
    assert_flips_do_no_harm(request.getfixturevalue(flavour) / "Thermal.fmu", tmp_path, flips)
