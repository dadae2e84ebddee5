"""Foreign masters, each in a process of its own, and what they are asked to run."""

import importlib.util
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from packfmu.models.network.loads import LoadMode

STEPS = 300
STEP = 1.0

INSTALL = 'pip install -e ".[clients]" brings it'


def power():
    """Return a load that drives, recuperates and rests [W]; one value a step."""
    k = np.arange(STEPS)
    return np.where(k % 100 < 80, -1500.0 * np.sin(k / 17.0) - 500.0, 0.0)


def need(module):
    """Skip the test where a client is not installed, or does not load on this machine."""
    reason = missing(module)
    if reason:
        pytest.skip(reason)


@cache
def missing(module):
    """Return why a client cannot be used, or None."""
    if importlib.util.find_spec(module) is None:
        return f"{module} is not installed; {INSTALL}"
    loaded = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, text=True, check=False)
    return f"{module} does not load: {loaded.stderr.strip().splitlines()[-1]}" if loaded.returncode else None


def job(path, component, record, **more):
    """Return a job: what to open, the load that drives `component`, what to record after every step."""
    return {
        "path": str(path),
        "step": STEP,
        "mode": [f"{component}.load_mode", int(LoadMode.POWER)],
        "drive": [f"{component}.pack_power", power().tolist()],
        "record": record,
        "integers": [],
        **more,
    }


def run(client, asked, folder):
    """Return what the client recorded, shape (steps, recorded), and what it printed."""
    given, trace = folder / "job.json", folder / "trace.npy"
    given.write_text(json.dumps(asked))
    script = Path(__file__).with_name(f"run_{client}.py")
    command = [sys.executable, script, given, trace]
    own = {**os.environ, "TMPDIR": str(folder)}  # ecos leaves behind what it has extracted
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=folder, env=own)
    assert done.returncode == 0, done.stdout + done.stderr
    return np.load(trace), done.stdout + done.stderr
