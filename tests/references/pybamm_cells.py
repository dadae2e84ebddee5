"""Cells of PyBaMM as the references of the physics cells use them: mesh, face means, regularisations, start."""

from dataclasses import dataclass

import pybamm

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
        Particle volumes narrow towards the surface (the widest is e^2.3 of the narrowest), and the surface concentration
        is extrapolated by a parabola through three nodes; else uniform volumes and 1.5, -0.5.
    faces : str
        `shipped` means at faces, or `series`: every node-to-face mean is that of resistances in series.
    regularised : bool
        Keep what PyBaMM adds to OCPs and exchange currents and where it clips.
    """

    parameters: str
    model: str
    x: tuple[int, int, int] = (10, 4, 10)
    r: int = 20
    graded: bool = False
    faces: str = "shipped"
    regularised: bool = False

    @property
    def name(self):
        mesh = "" if self.model == "spm" else "_" + "_".join(map(str, self.x))
        faces = "_series" if self.faces == "series" else ""
        particle = "fine" if self.graded else f"r{self.r}"
        return f"{self.parameters}_{self.model}{mesh}_{particle}{faces}{'_shipped' if self.regularised else ''}"


class SeriesFaces(pybamm.FiniteVolume):
    """Finite volumes whose face values are those of two half volumes in series."""

    def node_to_edge(self, discretised_symbol, method="harmonic"):  # noqa: ARG002 (the name of the base class)
        return super().node_to_edge(discretised_symbol, method="harmonic")


def regularise(kept):
    """Keep or drop the asymptotes of the OCPs, the regularised powers, and the bounds of concentrations."""
    dropped = dict.fromkeys(SHIPPED["tolerances"], 1e-12) | {"reg_power": 0.0, "reg_arcsinh2": 0.0}
    pybamm.settings.tolerances.update(SHIPPED["tolerances"] if kept else dropped)
    module = pybamm.parameters.lithium_ion_parameters
    module.U_asymptotes = SHIPPED["asymptotes"] if kept else (lambda sto: pybamm.Scalar(0))


def start(parameters, values, soc):
    """Set the initial concentrations to a start of `STARTS`; the lithium of the particles is that of the shipped set."""
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


def simulation(case, soc="full", options=None, tolerance=1e-9, **more):
    """Return a simulation of a case whose current is an input, in amperes, positive on discharge as in PyBaMM."""
    regularise(case.regularised)
    model = MODELS[case.model](options)
    values = pybamm.ParameterValues(SETS[case.parameters])
    start(case.parameters, values, soc)
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
