"""Rows of a toy with three columns, and checkpoints that hold them."""

import numpy as np

from packfmu.core.fields import Fields
from packfmu.core.model import Model
from packfmu.core.variable import Count, DataType
from packfmu.cosim.long.checkpoint import CheckpointFile
from packfmu.cosim.recorder import columns
from packfmu.coupling.system import System
from tests.coupling.toys import ELECTRICAL, component, nothing, ramp_step, real

CONTENT = {"slaves": bytes(range(256)), "empty": b"", "Zähler": b"\x00" * 17}

TORN = """
import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute('PRAGMA cache_size = 2')
database.execute('UPDATE rows SET content = zeroblob(100000)')
os.kill(os.getpid(), signal.SIGKILL)
"""
"""A process that is killed in the midst of a transaction, with half of the pages of a file written."""


def recorded():
    """Three columns: over the cells, over an axis of its own, and a flag."""
    outputs = (
        real("soc", size=Count(3, "cell"), display_unit="%"),
        real("table", "V", (2, 2)),
        real("full", data_type=DataType.BOOLEAN),
    )
    model = Model("Cell", "cells", Fields(outputs=outputs), nothing("journal 1"), nothing("journal 1"), ramp_step)
    system = System((component("Cell", ELECTRICAL, model),), ())
    return columns(system, {"soc": "Cell.soc", "table": "Cell.table", "full": "Cell.full"})


def values(number):
    return [0.1 * number + np.arange(3.0), np.sqrt(number) * np.arange(1.0, 5.0), np.array([float(number % 2)])]


def fill(checkpoint, begin, end):
    for number in range(begin, end):
        checkpoint.append(0.1 * number, values(number))


def opened(path, identity="identity", given=None):
    """Return a checkpoint file that nobody has read yet."""
    return CheckpointFile(path, identity, recorded() if given is None else given)


def saved(path, rows, content=CONTENT, identity="identity"):
    """Return a checkpoint of some rows, saved in two steps."""
    checkpoint = opened(path, identity)
    fill(checkpoint, 0, rows // 2)
    checkpoint.save({"earlier": b"one"})
    fill(checkpoint, rows // 2, rows)
    checkpoint.save(content)
    return checkpoint
