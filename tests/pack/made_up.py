"""Made-up results of a pack, as a run would record them."""

import numpy as np

from packfmu.cosim.recorder import ROWS, columns, recording
from packfmu.cosim.results import load
from packfmu.pack.recorded import RECORD, WIRED
from packfmu.pack.topology import pack_system
from tests.pack.models import pack

SECOND = 10**9
OF_WIRING = {
    *WIRED, "string_current", "redistribution_current", "short_heat_rate", "conductor_current", "fuse_blown",
    "melted_share",
}  # fmt: skip
"""What is recorded of a pack that is wired in any way."""

OF_HEAT = {
    "cells_in_runaway", "surface_temperature", "node_temperature", "internal_short", "onset_time", "venting_time",
    "runaway_margin",
}  # fmt: skip
"""What is recorded of a pack whose heat flows along a graph, or whose cells may run away."""

UNMANAGED = {
    level: {n: s for n, s in some.items() if not s.startswith(("Bms.", "Inputs.")) and n not in OF_WIRING | OF_HEAT}
    for level, some in RECORD.items()
}
"""What is recorded of a pack without a Bms, and without profiles."""
EVERYTHING = {name: source for some in UNMANAGED.values() for name, source in some.items()}


def made_up(path, series=3, parallel=2, rows=ROWS + 44):
    """Record made-up rows of a pack: the value is the row's number plus a hundredth for each element."""
    recorded = columns(pack_system(pack(series, parallel)), EVERYTHING)
    with recording(path, recorded) as recorder:
        for row in range(rows):
            recorder.append(row * SECOND // 2, [row + np.arange(c.port.count) / 100 for c in recorded])
    return load(path)
