"""The figures of a run with estimates, as text."""

from __future__ import annotations

import numpy as np

from .estimate import Estimation, Values

HORIZONS = ("2 s", "10 s", "30 s")
"""Of the powers that the battery management tells."""


def report(made: Estimation) -> list[str]:
    """Return the figures of a run, a line each."""
    return [*_phases(made), "", *_errors(made), "", *_bias(made), "", *_power(made)]


def _phases(made: Estimation) -> list[str]:
    soc = 100.0 * made.recorded["group_soc"].mean("group").values
    told = ", ".join(f"{what} {made.hours[end] - made.hours[begin]:.1f} h" for what, begin, end in made.spans)
    return [told, f"mean SOC from {soc[0]:.1f} to {soc[-1]:.1f} %, between {soc.min():.1f} and {soc.max():.1f} %"]


def _errors(made: Estimation) -> list[str]:
    rows = [f"{'error of SOC [%], worst group':<46}{'counted':>10}{'estimated':>11}{'sigma':>8}"]
    instants = (("at the start", slice(0, 1)), ("from the second rest on, greatest", slice(made.settled, None)),
                ("at the end", slice(-1, None)))  # fmt: skip
    for title, part in instants:
        counted, estimated = (_worst(made.error(name)[part]) for name in ("counted", "estimated"))
        rows.append(f"{title:<46}{counted:>10.2f}{estimated:>11.2f}{made.sigma[part].max():>8.2f}")
    return rows


def _worst(errors: Values) -> float:
    """Return the value of the greatest magnitude."""
    return float(errors.ravel()[np.argmax(np.abs(errors))])


def _bias(made: Estimation) -> list[str]:
    data = made.recorded
    innovation = float(data["normalised_innovation"][made.settled :].mean())
    drift = 100.0 * made.bias * float(data["time"][-1]) / data["estimated_capacity"].values[0].mean()
    found, sigma = (1e3 * float(data[name][-1]) for name in ("current_bias", "current_bias_sigma"))
    whole, later = made.within(0), made.within(made.settled)
    return [
        f"bias of the sensor      {1e3 * made.bias:.0f} mA, found {found:.0f} mA with a sigma of {sigma:.0f} mA; "
        f"counted it makes {drift:.2f} % of SOC",
        f"error within 2 sigma    {whole:.1f} % of the time, from the second rest on {later:.1f} %",
        f"normalised innovation   {innovation:.3f} from the second rest on; 1 where model and noise are as assumed",
    ]


def _power(made: Estimation) -> list[str]:
    rows = [f"{'power [kW] that may be asked for':<34}{'SOC [%]':>8}{'discharging':>24}{'charging':>24}"]
    rows.append(f"{'':<42}" + "".join(f"{horizon:>8}" for horizon in 2 * HORIZONS))
    shown = [("at the start, guessed", 0)]
    shown += [(f"after a {what}, at {made.hours[end]:.1f} h", end) for what, end in made.phases if what != "rest"]
    shown.append(("at the end", -1))
    for title, row in shown:
        soc = 100.0 * float(made.recorded["group_soc"][row].mean())
        powers = [made.recorded[f"{way}_power"].values[row] for way in ("discharge", "charge")]
        rows.append(f"{title:<34}{soc:>8.1f}" + "".join(f"{1e-3 * power:>8.2f}" for power in np.concatenate(powers)))
    return rows
