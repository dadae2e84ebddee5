"""Write the traces of PyBaMM that the physics cells are compared with.

Run by hand from this folder, in an environment with PyBaMM 26.10.1.1 (pybammsolvers 0.11.1, casadi 3.8.1, numpy 2.4.6,
Python 3.11)::

    python write_physics.py [beginning of the names of the files to write]

Currents are positive into the cell. `physics/README.md` tells what the files hold.
"""

import sys
from pathlib import Path

import numpy as np
import pybamm
from pybamm_cells import Case, published_voltage, simulation

FOLDER = Path(__file__).parent / "physics"
ONE_C = {"chen_2020": 5.0, "marquis_2019": 0.680616}
CONSTANT = {
    "c20": (-0.05, "full", 900.0),
    "1c": (-1.0, "full", 45.0),
    "2c": (-2.0, "full", 20.0),
    "charge_1c": (1.0, "empty", 40.0),
    "charge_3c": (3.0, "empty", 10.0),
}
"""Current [C], start, and time between samples [s]."""
STEPPED = ("drive", "rest")
HEATS = {
    "ohmic": "Ohmic heating [W]",
    "irreversible": "Irreversible electrochemical heating [W]",
    "reversible": "Reversible heating [W]",
    "mixing": "Heat of mixing [W]",
    "cooling": "Surface total cooling [W]",
}
ANODE = "Negative electrode surface potential difference at separator interface [V]"
PROFILES = {
    "c_e": "Electrolyte concentration [mol.m-3]",
    "phi_e": "Electrolyte potential [V]",
    "phi_s_n": "Negative electrode potential [V]",
    "phi_s_p": "Positive electrode potential [V]",
    "j_n": "Negative electrode interfacial current density [A.m-2]",
    "j_p": "Positive electrode interfacial current density [A.m-2]",
    "c_surf_n": "Negative particle surface concentration [mol.m-3]",
    "c_surf_p": "Positive particle surface concentration [mol.m-3]",
}
LITHIUM = [f"Total lithium in {part} [mol]" for part in ("negative electrode", "positive electrode", "electrolyte")]
TOLERANCE = 1e-9
LOOSER = {("marquis_2019", "dfn", "drive"): 3e-9}
"""Where IDA fails at the usual tolerance: after the jump to -0.02 A."""
LUMPED = {"thermal": "lumped", "heat of mixing": "true"}


def drive(one_c):
    """Return 60 currents of 10 s each, at most 2C, of a linear congruential generator [A]."""
    state, currents = 17, []
    for _ in range(60):
        state = (1103515245 * state + 12345) % 2**31
        currents.append(round((2.0 * state / 2**31 - 1.0) * 2.0 * one_c, 4))
    return currents


def segments(protocol, one_c):
    """Return pairs of a current [A] and the times after its beginning at which it is sampled [s]."""
    if protocol == "drive":
        return [(current, [1.0, 10.0]) for current in drive(one_c)]
    rests = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 400.0, 600.0, 900.0, 1200.0, 1800.0, 2400.0, 3000.0, 3600.0]
    return [(-one_c, list(np.linspace(60.0, 1800.0, 30))), (0.0, rests)]


def constant(case, protocol, options, tolerance):
    """Solve a constant current to the cut-off; return its solution, the times sampled, and the currents."""
    rate, soc, spacing = CONSTANT[protocol]
    current = rate * ONE_C[case.parameters]
    solved = simulation(case, soc, options, tolerance)
    inputs = {"Current function [A]": -current}
    end = np.floor(simulation(case, soc, options, 1e-6).solve([0.0, 3960.0 / abs(rate)], inputs=inputs).t[-1] - 0.5)
    t = np.unique(np.concatenate([[0.0, 1.0, 2.0, 5.0, 10.0, 20.0], np.arange(0.0, end, spacing), [end]]))
    return solved.solve(t, inputs=inputs), t, np.full(t.size, current)


def stepped(case, protocol, options, tolerance):
    """Solve a protocol segment by segment; return its solution, the times sampled, and the currents."""
    solved = simulation(case, "half" if protocol == "drive" else "full", options, tolerance)
    t, currents, begin = [], [], 0.0
    for current, times in segments(protocol, ONE_C[case.parameters]):
        last = solved.step(times[-1], t_eval=[0.0, *times], inputs={"Current function [A]": -current})
        t += [begin + time for time in times]
        currents += [current] * len(times)
        begin = t[-1]
    return last, np.array(t), np.array(currents)


def profiles(solution, t, wanted):
    """Return the nodal values of some variables at four times."""
    at = t[[round(share * (t.size - 1)) for share in (0.25, 0.5, 0.75, 1.0)]]
    return {"profile_t": at} | {f"profile_{key}": solution[PROFILES[key]](at).T for key in wanted}


def trace(case, protocol, lumped=False, tolerance=None):
    """Return what is kept of one solution, by name of the quantity."""
    tolerance = tolerance or LOOSER.get((case.parameters, case.model, protocol), TOLERANCE)
    solve = stepped if protocol in STEPPED else constant
    solution, t, current = solve(case, protocol, LUMPED if lumped else None, tolerance)
    kept = {"t": t, "I": current, "V": solution["Voltage [V]"](t)}
    if case.published and not lumped:
        kept["V"] = published_voltage(case, solution, t, current)
    kept["lithium"] = np.array([solution[name](t[[0, -1]]) for name in LITHIUM]).T
    if "charge" in protocol or protocol == "drive":
        kept["anode"] = solution[ANODE](t)
    if case.model != "spm" and protocol in {"1c", "2c", "charge_1c"} and not lumped:
        kept |= profiles(solution, t, PROFILES if case.model == "dfn" else ["c_e"])
    if lumped:
        kept["T"] = solution["Volume-averaged cell temperature [K]"](t)
        kept |= {f"heat_{key}": solution[name](t) for key, name in HEATS.items()}
    return kept


def side_reaction(law, case, tolerance=1e-10):
    """Return a full cycle of an SPM whose particles grow a SEI: 1C to 2.5 V, 0.3C to 4.2 V, 4.2 V to C/50."""
    steps = ("Discharge at 1C until 2.5 V", "Charge at 0.3C until 4.2 V", "Hold at 4.2 V until C/50")
    experiment = pybamm.Experiment([steps], period="120 seconds")
    solution = simulation(case, "full", {"SEI": law}, tolerance, experiment=experiment).solve()
    kept = {"step": np.concatenate([np.full(step.t.size, k) for k, step in enumerate(solution.cycles[0].steps)])}
    kept |= {"t": solution.t, "I": -solution["Current [A]"].entries, "V": solution["Voltage [V]"].entries}
    kept["thickness"] = solution["X-averaged negative SEI thickness [m]"].entries
    kept["lost"] = solution["Loss of lithium to negative SEI [mol]"].entries
    return kept


def write_side_reactions(parameters):
    """Write the cycles with a SEI, for each law, on coarse and on fine particles."""
    kept = {}
    for law in ("reaction limited", "solvent-diffusion limited", "interstitial-diffusion limited"):
        for case in (Case(parameters, "spm"), Case(parameters, "spm", r=400, graded=True)):
            name = f"{law.split()[0].partition('-')[0]}_{case.name.rpartition('_')[2]}"
            kept |= {f"{name}/{key}": value for key, value in side_reaction(law, case).items()}
    np.savez_compressed(FOLDER / f"{parameters}_sei.npz", **kept)


def short(name):
    """Tell whether seven digits are enough for a quantity."""
    return name.partition("/")[2].startswith(("profile", "heat", "T"))


def write(case, protocols, lumped=()):
    """Write the traces of a case, isothermal and with a lumped temperature, to one file."""
    kept = {}
    for protocol in protocols:
        kept |= {f"{protocol}/{key}": value for key, value in trace(case, protocol).items()}
    for protocol in lumped:
        kept |= {f"{protocol}_lumped/{key}": value for key, value in trace(case, protocol, lumped=True).items()}
    kept = {name: value.astype(np.float32) if short(name) else value for name, value in kept.items()}
    path = FOLDER / f"{case.name}.npz"
    np.savez_compressed(path, **kept)
    print(f"{path.name}: {len(kept)} arrays, {path.stat().st_size} bytes", flush=True)


def plan():
    """Return the cases with their isothermal and their lumped protocols."""
    every, warm, few = [*CONSTANT, *STEPPED], ["1c", "2c", "drive", "rest"], ["1c", "2c", "drive"]
    small, large = (10, 4, 10), (20, 20, 20)
    for name in ONE_C:
        chen = name == "chen_2020"
        yield Case(name, "spm"), every, warm if chen else ["1c"]
        yield Case(name, "spm", r=800 if chen else 400, graded=True), every, ["1c"]
        yield Case(name, "spme", small), every, warm if chen else ["1c"]
        yield Case(name, "spme", small, averaged=True), every, ["1c"]
        yield Case(name, "spme", small, published=True), every, ["1c"] if chen else []
        if chen:
            yield Case(name, "dfn", small), every, warm
            yield Case(name, "dfn", small, 200, True, faces="series"), every, ["1c"]
        yield Case(name, "dfn", small, faces="series"), every, ["1c"] if chen else ["1c", "2c"]
    name = "chen_2020"
    yield Case(name, "spme", large, 400, True, averaged=True), every, []
    yield Case(name, "spme", large, 400, True, published=True), every, []
    yield Case(name, "dfn", small, regularised=True), ["1c", "2c"], []
    yield Case(name, "dfn", large), few, []
    yield Case(name, "dfn", large, faces="series"), few, []
    yield Case(name, "dfn", large, 200, True, faces="series"), ["1c", "2c", "charge_3c"], []
    for x in ((20, 8, 20), (40, 16, 40)):
        yield Case(name, "dfn", x, 200, True, faces="series"), ["1c"], []


if __name__ == "__main__":
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    for planned in plan():
        if planned[0].name.startswith(wanted):
            write(*planned)
    if "chen_2020_sei".startswith(wanted):
        write_side_reactions("chen_2020")
