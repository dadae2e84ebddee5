"""What is recorded of a pack."""

from packfmu.core.variable import Detail
from packfmu.coupling.operations import endpoint
from packfmu.pack.recorded import EXTREME_CELLS, record
from packfmu.pack.topology import pack_system
from tests.pack.made_up import EVERYTHING, UNMANAGED
from tests.pack.models import pack


def test_only_what_there_is_is_recorded_by_default():
    system = pack_system(pack())
    assert record(system, Detail.CELL) == EVERYTHING
    assert record(system, Detail.GROUP) == UNMANAGED[Detail.PACK] | UNMANAGED[Detail.GROUP] | EXTREME_CELLS
    assert record(system, Detail.PACK) == UNMANAGED[Detail.PACK] | EXTREME_CELLS
    without = record(pack_system(pack(without=("Thermal", "Balancer"))), Detail.CELL)
    assert without == {n: s for n, s in EVERYTHING.items() if endpoint(s)[0] in ("PackNetwork", "Cell")}
