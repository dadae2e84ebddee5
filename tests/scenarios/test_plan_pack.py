"""The standard pack: three layers, electrical 1 s, control 2 s, thermal 4 s.

::

      Inputs --pack_power--> PackNetwork <--emf, resistance, soc-- Cell       electrical, every 1 s
                              |   ^  |                            ^ ^ |
     group_voltage, group_soc |   |  +----------current-----------+ | | heat_rate
       (last), current (mean) |   | balancing currents (hold)       | | (mean)
                              v   |                                 | |
                             Balancer <--temperatures (hold)------+ | |       control, every 2 s
                              |                                   | | |
                              +-------heat_rate (mean)-------->  Thermal      thermal, every 4 s
                                                                    |
                                             temperature (hold) ----+

Network before cells; a slow component runs at the end of its period; the plan repeats after 4 s.
"""

from packfmu.cosim.duty import with_profiles
from packfmu.coupling.schedule import make_plan
from packfmu.pack.topology import CONTROL, ELECTRICAL, THERMAL, pack_system
from tests.pack.models import pack

SECOND = 10**9

ELECTRICAL_ROWS = """
step Inputs
transfer Inputs.PackNetwork.pack_power -> PackNetwork.pack_power (last)
step PackNetwork
transfer PackNetwork.current -> Cell.current (last)
accumulate PackNetwork.pack_current_actual -> Balancer.pack_current
step Cell
transfer Cell.emf -> PackNetwork.emf (last)
transfer Cell.resistance -> PackNetwork.resistance (last)
transfer Cell.soc -> PackNetwork.soc (last)
accumulate Cell.heat_rate -> Thermal.heat_rate
"""

CONTROL_ROWS = """
transfer PackNetwork.group_voltage -> Balancer.group_voltage (last)
transfer PackNetwork.pack_current_actual -> Balancer.pack_current (mean)
transfer PackNetwork.group_voltage -> Balancer.measured_voltage (last)
transfer PackNetwork.group_soc -> Balancer.group_soc (last)
step Balancer
transfer Balancer.balancing_current -> PackNetwork.balancing_current (hold)
transfer Balancer.balancing_pack_current -> PackNetwork.balancing_pack_current (hold)
accumulate Balancer.heat_rate -> Thermal.board_heat_rate
"""

THERMAL_ROWS = """
transfer Cell.heat_rate -> Thermal.heat_rate (mean)
transfer Balancer.heat_rate -> Thermal.board_heat_rate (mean)
step Thermal
transfer Thermal.temperature -> Cell.temperature (hold)
transfer Thermal.temperature -> Balancer.temperature (hold)
transfer Thermal.board_temperature -> Balancer.board_temperature (hold)
"""


def test_exact_log_of_a_hyperperiod():
    system = with_profiles(pack_system(pack()), {"PackNetwork.pack_power": [0.0]})
    plan = make_plan(system, {ELECTRICAL: SECOND, CONTROL: 2 * SECOND, THERMAL: 4 * SECOND})
    expected = [
        (tick * SECOND, line)
        for tick, parts in enumerate([ELECTRICAL_ROWS, ELECTRICAL_ROWS + CONTROL_ROWS] * 2, 1)
        for line in (parts + THERMAL_ROWS if tick == 4 else parts).split("\n")
        if line
    ]
    assert [(instant, str(operation)) for instant, operation in plan.expand()] == expected
