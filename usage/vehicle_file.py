"""A vehicle of one's own: a TOML file with the figures that `longitudinal_vehicle` needs.

``mass``, ``drag_area``, ``rolling_resistance`` and ``rated_power`` are needed; what else is left out is that of the
Nissan Leaf, and so is the efficiency of its drive over the load. An example::

    mass = 1800.0              # kg
    drag_area = 0.65           # m2
    rolling_resistance = 0.009
    rated_power = 150e3        # W
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from ..pack.reading.checking import checked
from ..pack.reading.toml_file import read_toml
from ..pack.setting import Table
from .longitudinal_vehicle import NISSAN_LEAF, Vehicle

MOST_BYTES = 2**16
"""Largest file of a vehicle."""


class VehicleFile(Table):
    """The keys of a vehicle's file."""

    mass: float = Field(gt=0, le=1e6, description="test mass, the driver and the load included [kg]")
    drag_area: float = Field(gt=0, le=100, description="drag coefficient times frontal area [m2]")
    rolling_resistance: float = Field(ge=0, le=1, description="coefficient of rolling resistance [1]")
    rated_power: float = Field(gt=0, le=1e8, description="of the motor's shaft [W]")
    rotating_mass: float = Field(
        default=NISSAN_LEAF.rotating_mass, ge=0, le=1e6, description="inertia of what turns, as a mass [kg]"
    )
    air_density: float = Field(default=NISSAN_LEAF.air_density, ge=0, le=10, description="density of the air [kg/m3]")
    gear_efficiency: float = Field(
        default=NISSAN_LEAF.gear_efficiency, gt=0, le=1, description="from the motor's shaft to the wheels [1]"
    )
    load: tuple[float, ...] = Field(
        default=NISSAN_LEAF.load, strict=False, description="shares of the rated power, rising from 0 [1]"
    )
    drive_efficiency: tuple[float, ...] = Field(
        default=NISSAN_LEAF.drive_efficiency, strict=False, description="of inverter and motor at each load, 0 to 1 [1]"
    )
    regeneration_limit: float = Field(
        default=NISSAN_LEAF.regeneration_limit, ge=0, description="greatest power that braking gives to the pack [W]"
    )
    regeneration_share: float = Field(
        default=NISSAN_LEAF.regeneration_share, ge=0, le=1, description="greatest share of braking by the motor [1]"
    )
    auxiliary_power: float = Field(
        default=NISSAN_LEAF.auxiliary_power, ge=0, le=1e6, description="consumption of the rest of the vehicle [W]"
    )

    @model_validator(mode="after")
    def _consistent(self) -> VehicleFile:
        rises = all(low < high for low, high in zip(self.load, self.load[1:], strict=False))
        if not rises or not self.load or len(self.load) != len(self.drive_efficiency) or self.load[0] != 0.0:
            raise ValueError("load must rise from 0 and have as many values as drive_efficiency")
        if not all(0.0 < each <= 1.0 for each in self.drive_efficiency):
            raise ValueError("drive_efficiency must be above 0 and at most 1")
        return self


def load_vehicle(path: Path) -> Vehicle:
    """Read a vehicle from a TOML file.

    Raises
    ------
    InputError
        When the file cannot be read, is no TOML or a key does not fit: one line that names the key.
    """
    given = checked(VehicleFile, read_toml(path, MOST_BYTES)[1], str(path))
    return Vehicle(
        **given.model_dump(),
        regeneration_offset=NISSAN_LEAF.regeneration_offset,
        regeneration_rate=NISSAN_LEAF.regeneration_rate,
    )
