"""Headers: the labels of the Battery Data Format, everyday ones, and units."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from packfmu.core.errors import InputError
from packfmu.records.labels import LABELS, headings
from packfmu.records.units import UNITS

BATTERY_DATA_FORMAT = {
    "Test Time / s": ("time", 1.0),
    "Test Time / ms": ("time", 1e-3),
    "Unix Time / s": ("unix_time", 1.0),
    "Current / A": ("current", 1.0),
    "Voltage / V": ("voltage", 1.0),
    "Power / W": ("power", 1.0),
    "Ambient Temperature / degC": ("ambient_temperature", 274.15),
    "Surface Temperature / degC": ("surface_temperature", 274.15),
    "Surface Temperature T1 / degC": ("surface_temperature_t1", 274.15),
    "Surface Temperature T5 / degC": ("surface_temperature_t5", 274.15),
    "test_time_second": ("time", 1.0),
    "unix_time_millisecond": ("unix_time", 1e-3),
    "current_ampere": ("current", 1.0),
    "voltage_volt": ("voltage", 1.0),
    "power_watt": ("power", 1.0),
    "ambient_temperature_celsius": ("ambient_temperature", 274.15),
    "surface_temperature_celsius": ("surface_temperature", 274.15),
    "temperature_t1_celsius": ("surface_temperature_t1", 274.15),
}
"""Labels and notations of its ontology 1.0.0, and what a value of 1 is in SI."""

EVERYDAY = {
    "time [min]": ("time", 60.0),
    "Time(s)": ("time", 1.0),
    "Test_Time(s)": ("time", 1.0),
    "time_s": ("time", 1.0),
    "current [mA]": ("current", 1e-3),
    "current_ma": ("current", 1e-3),
    "Pack-Current (kA)": ("current", 1e3),
    "discharge current [A]": ("current", -1.0),
    "Discharge Power / kW": ("power", -1e3),
    "speed [km/h]": ("speed", 1.0 / 3.6),
    "speed_km_h": ("speed", 1.0 / 3.6),
    "Speed / km/h": ("speed", 1.0 / 3.6),
    "speed [mph]": ("speed", 0.44704),
    "ambient temperature [degF]": ("ambient_temperature", 460.67 * 5.0 / 9.0),
    "coolant temperature [K]": ("coolant_temperature", 1.0),
    "cell temperature [°C]": ("surface_temperature", 274.15),
    "enable": ("enable", 1.0),
    "time": ("date", 1.0),
    "Date_Time": ("date", 1.0),
}


def one(header):
    """Return quantity and SI value of 1 of a header."""
    ((quantity, heading),) = headings([header], tuple(LABELS)).items()
    return quantity, float(heading.sign * heading.conversion.si(np.array([1.0]))[0])


@pytest.mark.parametrize(("header", "meant"), [*BATTERY_DATA_FORMAT.items(), *EVERYDAY.items()])
def test_a_header_is_a_quantity_and_a_unit(header, meant):
    quantity, value = one(header)
    assert (quantity, value) == (meant[0], pytest.approx(meant[1], rel=1e-15))


def test_every_name_and_unit_of_the_tables_can_be_written():
    for quantity, label in LABELS.items():
        for unit in UNITS.get(label.dimension, ()):
            for name in (*label.names, *label.turned) if unit else ():
                if label.dimension != "date":
                    assert one(f"{name} [{unit}]")[0] == quantity


@pytest.mark.parametrize("header", ["", "mode of operation", "Charging Capacity / Ah", "Step Time / s", "I Range"])
def test_other_columns_are_passed_over(header):
    assert headings([header], tuple(LABELS)) == {}


@pytest.mark.parametrize("header", ["power_mw", "current [ma]", "voltage [Volt]", "time [S]", "speed [m/min]"])
def test_units_are_not_guessed(header):
    with pytest.raises(InputError, match="is not known for a"):
        headings([header], tuple(LABELS))


@given(st.integers(-100_000, 100_000))
def test_decimal_units_are_rounded_once(number):
    assert UNITS["current"]["mA"].si(np.array([number])).tolist() == [number / 1000]
    assert UNITS["power"]["kW"].si(np.array([number])).tolist() == [number * 1000]
