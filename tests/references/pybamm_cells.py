"""Cells of PyBaMM as the references of the physics cells use them: mesh, face means, regularisations, start."""

from dataclasses import dataclass

import numpy as np
import pybamm
from pybamm.expression_tree.averages import XAverage

SETS = {"chen_2020": "Chen2020", "marquis_2019": "Marquis2019"}
MODELS = {"spm": pybamm.lithium_ion.SPM, "spme": pybamm.lithium_ion.SPMe, "dfn": pybamm.lithium_ion.DFN}
STARTS = {
    "chen_2020": {"full": 29866.0 / 33133.0, "half": 0.45, "empty": 0.05},
    "marquis_2019": {"full": 19986.609595075 / 24983.2619938437, "half": 0.5, "empty": 0.25},
}
"""Stoichiometry of the negative electrode; the positive one has the rest of the lithium of the shipped start."""

SHIPPED = {
    "tolerances": dict(pybamm.settings.tolerances),
    "asymptotes": pybamm.parameters.lithium_ion_parameters.U_asymptotes,
    "separable": XAverage._try_separable,
}


@dataclass(frozen=True)
class Case:
    """What is computed, and how it is discretised.

    Attributes
    ----------
    parameters, model : str
        Keys of `SETS` and of `MODELS`.
    x : tuple of int
        Uniform volumes in the negative electrode, the separator, and the positive electrode.
    r : int
        Volumes in a particle.
    graded : bool
        Particle volumes narrow towards the surface (the widest is e^2.3 of the narrowest), and a parabola through three
        nodes extrapolates the surface concentration; else uniform volumes and 1.5, -0.5.
    faces : str
        `shipped` means at faces, or `series`: every node-to-face mean is that of resistances in series.
    regularised : bool
        Keep what PyBaMM adds to OCPs and exchange currents and where it clips.
    averaged : bool
        Let the x-average of the electrolyte's concentration be one. PyBaMM 26.10.1.1 multiplies the average of porosity
        times concentration by that of the inverse porosity, which is a constant.
    published : bool
        SPMe: hold the electrolyte's diffusivity at that of the initial concentration, as in the published equations.
    """

    parameters: str
    model: str
    x: tuple[int, int, int] = (10, 4, 10)
    r: int = 20
    graded: bool = False
    faces: str = "shipped"
    regularised: bool = False
    averaged: bool = False
    published: bool = False

    @property
    def name(self):
        mesh = "" if self.model == "spm" else "_" + "_".join(map(str, self.x))
        particle = "fine" if self.graded else f"r{self.r}"
        marks = {"series": self.faces == "series", "shipped": self.regularised}
        marks |= {"averaged": self.averaged, "published": self.published}
        return "_".join([f"{self.parameters}_{self.model}{mesh}_{particle}", *(key for key in marks if marks[key])])


class SeriesFaces(pybamm.FiniteVolume):
    """Finite volumes whose face values are those of two half volumes in series."""

    def node_to_edge(self, discretised_symbol, method="harmonic"):
        return super().node_to_edge(discretised_symbol, method="harmonic")


def regularise(kept):
    """Keep or drop the asymptotes of the OCPs, the regularised powers, and the bounds of concentrations."""
    dropped = dict.fromkeys(SHIPPED["tolerances"], 1e-12) | {"reg_power": 0.0, "reg_arcsinh2": 0.0}
    pybamm.settings.tolerances.update(SHIPPED["tolerances"] if kept else dropped)
    module = pybamm.parameters.lithium_ion_parameters
    module.U_asymptotes = SHIPPED["asymptotes"] if kept else (lambda sto: pybamm.Scalar(0))


def average(case):
    """Keep or drop the rule by which PyBaMM takes factors out of averages over x."""
    XAverage._try_separable = classmethod(lambda *_: None) if case.averaged else SHIPPED["separable"]


def start(parameters, values, soc):
    """Set the initial concentrations to a start of `STARTS`, with the lithium in particles of the shipped set."""
    n, p = (
        values[f"Maximum concentration in {side} electrode [mol.m-3]"]
        * values[f"{side.capitalize()} electrode active material volume fraction"]
        * values[f"{side.capitalize()} electrode thickness [m]"]
        for side in ("negative", "positive")
    )
    x = STARTS[parameters]
    c_p = values["Initial concentration in positive electrode [mol.m-3]"]
    c_p_max = values["Maximum concentration in positive electrode [mol.m-3]"]
    c_n_max = values["Maximum concentration in negative electrode [mol.m-3]"]
    values["Initial concentration in negative electrode [mol.m-3]"] = x[soc] * c_n_max
    values["Initial concentration in positive electrode [mol.m-3]"] = c_p + (x["full"] - x[soc]) * n / p * c_p_max


def initially(values, function):
    """Evaluate a function of the electrolyte at its initial concentration and at the reference temperature."""
    concentration = pybamm.Scalar(values["Initial concentration in electrolyte [mol.m-3]"])
    return float(values[function](concentration, pybamm.Scalar(298.15)).evaluate())


def published_voltage(case, solution, t, current):
    """Return the terminal voltage of the equations of Marquis et al. (2019), doi:10.1149/2.0341915jes [V]."""
    values = pybamm.ParameterValues(SETS[case.parameters])
    v_t = pybamm.constants.R.value * 298.15 / pybamm.constants.F.value
    c_0 = values["Initial concentration in electrolyte [mol.m-3]"]
    kappa = initially(values, "Electrolyte conductivity [S.m-1]")
    density = current / (values["Electrode height [m]"] * values["Electrode width [m]"])
    voltage, salt, resistance = 0.0, 0.0, 0.0
    for side, sign in (("negative electrode", -1.0), ("separator", 0.0), ("positive electrode", 1.0)):
        name, part = side.capitalize(), side.split()[0]
        length, porosity = values[f"{name} thickness [m]"], values[f"{name} porosity"]
        pores = porosity ** values[f"{name} Bruggeman coefficient (electrolyte)"]
        resistance += length / (kappa * pores) / (3.0 if sign else 1.0)
        if sign:
            solid = (1.0 - porosity) ** values[f"{name} Bruggeman coefficient (electrode)"]
            resistance += length / (3.0 * values[f"{name} conductivity [S.m-1]"] * solid)
            j = solution[f"X-averaged {side} total interfacial current density [A.m-2]"](t)[0]
            j_0 = solution[f"X-averaged {side} exchange current density [A.m-2]"](t)
            voltage += sign * solution[f"X-averaged {side} open-circuit potential [V]"](t)
            voltage += sign * 2.0 * v_t * np.arcsinh(j / (2.0 * j_0))
            salt += sign * solution[f"X-averaged {part} electrolyte concentration [mol.m-3]"](t) / c_0
    chi = 2.0 * (1.0 - values["Cation transference number"]) * values["Thermodynamic factor"]
    return voltage + chi * v_t * salt + density * resistance


def simulation(case, soc="full", options=None, tolerance=1e-9, change=None, **more):
    """Return a simulation of a case whose current is an input, in amperes, positive on discharge as in PyBaMM.

    `change` is called with the parameters.
    """
    regularise(case.regularised)
    average(case)
    model = MODELS[case.model](options)
    values = pybamm.ParameterValues(SETS[case.parameters])
    start(case.parameters, values, soc)
    if case.published:
        values["Electrolyte diffusivity [m2.s-1]"] = initially(values, "Electrolyte diffusivity [m2.s-1]")
    if change is not None:
        change(values)
    if "experiment" not in more:
        values["Current function [A]"] = "[input]"
    submeshes, methods = dict(model.default_submesh_types), dict(model.default_spatial_methods)
    if case.graded:
        order = {"extrapolation": {"order": {"gradient": "quadratic", "value": "quadratic"}, "use bcs": False}}
        for particle in ("negative particle", "positive particle"):
            submeshes[particle] = pybamm.MeshGenerator(pybamm.Exponential1DSubMesh, {"side": "right", "stretch": 2.3})
            methods[particle] = pybamm.FiniteVolume(order)
    if case.faces == "series":
        methods["macroscale"] = SeriesFaces()
    points = dict(zip(("x_n", "x_s", "x_p", "r_n", "r_p"), (*case.x, case.r, case.r), strict=True))
    return pybamm.Simulation(
        model,
        parameter_values=values,
        submesh_types=submeshes,
        spatial_methods=methods,
        var_pts=points,
        solver=pybamm.IDAKLUSolver(rtol=tolerance, atol=tolerance * 1e-2, root_tol=1e-10),
        **more,
    )
