import sys
from pathlib import Path

import pytest

from packfmu.core.variable import Detail
from packfmu.fmi.build import Form, build_parts
from packfmu.fmi.native.platforms import host_platform
from packfmu.pack.block import all_parts
from tests.scenarios.two_cells import PACK

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))


@pytest.fixture(scope="session")
def two_cell_fmus(tmp_path_factory):
    """Return Cell, PackNetwork and Pack of two cells in parallel, by flavour."""
    planned = [part for part in all_parts(PACK) if part.name in ("Cell", "PackNetwork", "Pack")]
    folder, platforms = tmp_path_factory.mktemp("two_cells"), (host_platform(),)
    return {form: build_parts(planned, folder, Detail.CELL, form, platforms) for form in Form}
