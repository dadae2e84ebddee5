import sys
from pathlib import Path

import pytest

from packfmu.cosim import results
from packfmu.usage import longitudinal_vehicle

sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
sys.path.append(str(Path(longitudinal_vehicle.__file__).parent))  # Vehicle.fmu has it beside its script


@pytest.fixture(scope="session")
def driven(tmp_path_factory):
    """Drive the Leaf through the WLTC as a newcomer does; return the output folder."""
    import drive_cycle

    output = tmp_path_factory.mktemp("drive")
    assert drive_cycle.main(["--output", str(output)]) == 0
    return output


@pytest.fixture(scope="session")
def drive(driven):
    """Return the results of that drive."""
    return results.load(driven / "leaf_pack_wltc_class3b.nc")
