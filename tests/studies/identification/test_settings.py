"""What a fit may be told."""

import pytest

from packfmu.core.errors import InputError
from packfmu.studies.identification.circuit.alignment import scales
from packfmu.studies.identification.settings import FitSettings
from packfmu.studies.identification.steps import cut

from .simulated import hppc, simulate


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"pairs": 4}, "pairs = 4 must lie within 1 and 3"),
        ({"capacity": -1.0}, "capacity = -1.0 must be above 0"),
        ({"mass": float("nan")}, "mass = nan must be above 0"),
        ({"initial_soc": 0.5}, "initial_soc = 0.5 needs a capacity"),
        ({"capacity": 9e3, "initial_soc": 1.5}, "initial_soc = 1.5 must lie within 0.0 and 1.0"),
        ({"nodes": 101, "resistance_knots": 8}, "7 must divide nodes - 1 = 100"),
        ({"coulombic_efficiency": 0.1}, "coulombic_efficiency = 0.1 must lie within"),
    ],
)
def test_what_does_not_fit_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        FitSettings(**given)


def test_limits_of_voltage_are_those_of_the_records_where_none_are_given():
    record = simulate(hppc(levels=1))
    steps = (cut("a", record, 298.15),)
    taken = scales(steps, FitSettings())
    assert (taken.minimum_voltage, taken.maximum_voltage) == (record.voltage.min(), record.voltage.max())
    assert scales(steps, FitSettings(maximum_voltage=4.3)).maximum_voltage == 4.3
    with pytest.raises(InputError, match=r"minimum voltage 4\.5 V must be below"):
        scales(steps, FitSettings(minimum_voltage=4.5))
