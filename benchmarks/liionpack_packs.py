"""Packs of liionpack, and what its circuit solver was given and found in each step."""

import logging

import liionpack
import numpy as np
import pybamm

pybamm.BaseModel.len_rhs_sens = pybamm.BaseModel.len_alg_sens = 0
"""liionpack 0.4.0 asks models for numbers of sensitivities that PyBaMM no longer has: there are none."""


def circuit(series, parallel, current, **options):
    """Return a netlist of liionpack: 10 mOhm at each cell, 0.1 mOhm between neighbours on busbars."""
    logging.disable(logging.CRITICAL)
    return liionpack.setup_circuit(Np=parallel, Ns=series, Rb=1e-4, Rc=1e-2, V=4.0, I=current, **options)


def wiring(netlist):
    """Return the nodes of each cell with its connection, and the other resistors.

    Of cell k, Rck, Vk and Rik are in series from its negative node to its positive one. Node 0 is the negative
    terminal; the current source lies between it and the positive one.
    """
    at = {name: row for name, *row in netlist[["desc", "node1", "node2", "value"]].itertuples(index=False)}
    cells = range(sum(name.startswith("V") for name in at))
    bars = [row for name, row in at.items() if name.startswith(("Rb", "Rt"))]
    return {
        "negative": np.array([at[f"Rc{k}"][1] for k in cells]),
        "positive": np.array([at[f"Ri{k}"][0] for k in cells]),
        "contact_resistance": np.array([at[f"Rc{k}"][2] for k in cells], float),
        "first": np.array([row[0] for row in bars]),
        "second": np.array([row[1] for row in bars]),
        "conductor_resistance": np.array([row[2] for row in bars], float),
        "terminal": np.array(at["I0"][0]),
    }


def trace(netlist, steps, period, parameters, soc, inputs=None):
    """Run a pack of SPM cells, and return its wiring and each circuit that was solved.

    The current is that out of the pack, the currents those into the cells.
    """
    found = {name: [] for name in ("emf", "resistance", "current", "currents", "voltage")}
    solve_circuit = liionpack.solve_circuit
    emf, resistance = netlist["desc"].str.startswith("V"), netlist["desc"].str.startswith("Ri")

    def noted(given, current=None, power=None):
        solved = solve_circuit(given, current=current, power=power)
        if current is None:  # its losses are computed
            return solved
        values = (given.value[emf], given.value[resistance], solved[2][0], solved[1], solved[3][0])
        for name, value in zip(found, values, strict=True):
            found[name].append(np.array(value, float))
        return solved

    liionpack.solve_circuit = noted
    try:
        liionpack.solve(
            netlist=netlist.copy(), parameter_values=parameters, inputs=inputs, initial_soc=soc,
            experiment=pybamm.Experiment(steps, period=f"{period} seconds"),
        )  # fmt: skip
    finally:
        liionpack.solve_circuit = solve_circuit
    return wiring(netlist) | {name: np.array(values) for name, values in found.items()}
