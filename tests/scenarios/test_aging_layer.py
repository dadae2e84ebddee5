"""A pack whose cells age: electrical 1 s, thermal 2 s, aging 4 s.

::

      PackNetwork <--emf, resistance, soc-- Cell            electrical, every 1 s
        ^     |                            ^ ^ ^ | |
        |     +---------current------------+ | | | |
        |                                    | | | +-----heat_rate (mean)----> Thermal     thermal, every 2 s
        |                                    | +-|-------temperature (hold)-----+
        |                                    |   +-------eight counters (last)----> Aging  aging, every 4 s
        |                                    +-----------capacity_loss, resistance_growth,        |
        |                                                film_resistance (hold)-------------------+
        +------------------------------------------------capacity_loss (hold)---------------------+

Aging steps last, with the counters of its instant; what it has done acts from the next electrical step on. With Jumps
(`with_jumps`) the counters and the SOC go to Jumps, which steps before Aging and hands the counters on.
"""

from packfmu.cosim.long.jumping import with_jumps
from packfmu.coupling.schedule import make_plan
from packfmu.models.parameters import graphite_film_aging
from packfmu.pack.topology import AGING, ELECTRICAL, THERMAL, pack_system
from tests.pack.models import pack

SECOND = 10**9
PERIODS = {ELECTRICAL: SECOND, THERMAL: 2 * SECOND, AGING: 4 * SECOND}
TIED = dict.fromkeys(PERIODS, SECOND)

ELECTRICAL_ROWS = """
step PackNetwork
transfer PackNetwork.current -> Cell.current (last)
step Cell
transfer Cell.emf -> PackNetwork.emf (last)
transfer Cell.resistance -> PackNetwork.resistance (last)
transfer Cell.soc -> PackNetwork.soc (last)
accumulate Cell.heat_rate -> Thermal.heat_rate
"""

THERMAL_ROWS = """
transfer Cell.heat_rate -> Thermal.heat_rate (mean)
step Thermal
transfer Thermal.temperature -> Cell.temperature (hold)
"""

AGING_ROWS = """
transfer Cell.charge_throughput -> Aging.charge_throughput (last)
transfer Cell.capacity_calendar_damage -> Aging.capacity_calendar_damage (last)
transfer Cell.capacity_cycle_damage -> Aging.capacity_cycle_damage (last)
transfer Cell.resistance_calendar_damage -> Aging.resistance_calendar_damage (last)
transfer Cell.resistance_cycle_damage -> Aging.resistance_cycle_damage (last)
transfer Cell.reaction_time -> Aging.reaction_time (last)
transfer Cell.diffusion_time -> Aging.diffusion_time (last)
transfer Cell.plating_lost_charge -> Aging.plating_lost_charge (last)
step Aging
transfer Aging.capacity_loss -> Cell.capacity_loss (hold)
transfer Aging.capacity_loss -> PackNetwork.capacity_loss (hold)
transfer Aging.resistance_growth -> Cell.resistance_growth (hold)
transfer Aging.film_resistance -> Cell.film_resistance (hold)
"""

JUMPS = """
transfer Cell.charge_throughput -> Jumps.Aging.charge_throughput so far (last)
transfer Cell.capacity_calendar_damage -> Jumps.Aging.capacity_calendar_damage so far (last)
transfer Cell.capacity_cycle_damage -> Jumps.Aging.capacity_cycle_damage so far (last)
transfer Cell.resistance_calendar_damage -> Jumps.Aging.resistance_calendar_damage so far (last)
transfer Cell.resistance_cycle_damage -> Jumps.Aging.resistance_cycle_damage so far (last)
transfer Cell.reaction_time -> Jumps.Aging.reaction_time so far (last)
transfer Cell.diffusion_time -> Jumps.Aging.diffusion_time so far (last)
transfer Cell.plating_lost_charge -> Jumps.Aging.plating_lost_charge so far (last)
transfer Cell.soc -> Jumps.Cell.soc_shift so far (last)
step Jumps
transfer Jumps.Aging.charge_throughput -> Aging.charge_throughput (last)
transfer Jumps.Aging.capacity_calendar_damage -> Aging.capacity_calendar_damage (last)
transfer Jumps.Aging.capacity_cycle_damage -> Aging.capacity_cycle_damage (last)
transfer Jumps.Aging.resistance_calendar_damage -> Aging.resistance_calendar_damage (last)
transfer Jumps.Aging.resistance_cycle_damage -> Aging.resistance_cycle_damage (last)
transfer Jumps.Aging.reaction_time -> Aging.reaction_time (last)
transfer Jumps.Aging.diffusion_time -> Aging.diffusion_time (last)
transfer Jumps.Aging.plating_lost_charge -> Aging.plating_lost_charge (last)
transfer Jumps.Cell.soc_shift -> Cell.soc_shift (hold)
"""

AFTER_JUMPS = AGING_ROWS[AGING_ROWS.index("step Aging") :]


def aging_pack():
    """Return the pack; the components are listed slowest first."""
    return pack_system(pack(without=("Balancer",), kind=graphite_film_aging.PARAMETERS))


def log(system, periods):
    return [(instant, str(operation)) for instant, operation in make_plan(system, periods).expand()]


def lines(*instants):
    """Return the log of parts that are done at the instants 1 s, 2 s, ..."""
    return [
        (number * SECOND, line) for number, parts in enumerate(instants, 1) for line in parts.split("\n") if line
    ]  # fmt: skip


def test_exact_log_of_a_hyperperiod():
    two = (ELECTRICAL_ROWS, ELECTRICAL_ROWS + THERMAL_ROWS)
    assert log(aging_pack(), PERIODS) == lines(*two, two[0], two[1] + AGING_ROWS)


def test_exact_log_with_jumps():
    two = (ELECTRICAL_ROWS, ELECTRICAL_ROWS + THERMAL_ROWS)
    assert log(with_jumps(aging_pack()), PERIODS) == lines(*two, two[0], two[1] + JUMPS + AFTER_JUMPS)


def test_exact_log_of_ties():
    """All periods equal: layers go fast to slow still, each handing on before the next steps."""
    assert log(aging_pack(), TIED) == lines(ELECTRICAL_ROWS + THERMAL_ROWS + AGING_ROWS)
    assert log(with_jumps(aging_pack()), TIED) == lines(ELECTRICAL_ROWS + THERMAL_ROWS + JUMPS + AFTER_JUMPS)
