"""Small BPX files for tests: the cell of Chen 2020 as the format tells it, and changes of it."""

import copy
import json

NEGATIVE = (
    "1.9793 * exp(-39.3631 * x) + 0.2482 - 0.0909 * tanh(29.8538 * (x - 0.1234)) - 0.04478 * tanh(14.9159 * "
    "(x - 0.2769)) - 0.0205 * tanh(30.4444 * (x - 0.6103))"
)
POSITIVE = (
    "-0.8090 * x + 4.4875 - 0.0428 * tanh(18.5138 * (x - 0.5542)) - 17.7326 * tanh(15.7890 * (x - 0.3117)) + "
    "17.5842 * tanh(15.9308 * (x - 0.3120))"
)
FARADAY = 96485.33212331

CONTENTS = {
    "Header": {"BPX": "1.0.0", "Title": "LG M50 of a test", "Model": "DFN", "References": "Chen et al. 2020"},
    "State": {
        "Initial conditions": {
            "Initial state-of-charge": 0.8,
            "Initial temperature [K]": 298.15,
            "Initial electrolyte concentration [mol.m-3]": 1000.0,
        },
        "Thermal environment": {"Ambient temperature [K]": 298.15, "Heat transfer coefficient [W.m-2.K-1]": 10.0},
    },
    "Parameterisation": {
        "Cell": {
            "Electrode area [m2]": 0.065 * 1.58 / 2,
            "Number of electrode pairs connected in parallel to make a cell": 2,
            "External surface area [m2]": 0.00531,
            "Volume [m3]": 2.42e-5,
            "Lower voltage cut-off [V]": 2.5,
            "Upper voltage cut-off [V]": 4.2,
            "Nominal cell capacity [A.h]": 5.0,
            "Reference temperature [K]": 298.15,
            "Density [kg.m-3]": 2800.0,
            "Specific heat capacity [J.K-1.kg-1]": 900.0,
        },
        "Electrolyte": {
            "Cation transference number": 0.2594,
            "Diffusivity [m2.s-1]": "8.794e-11 * (x / 1000) ** 2 - 3.972e-10 * (x / 1000) + 4.862e-10",
            "Conductivity [S.m-1]": "0.1297 * (x / 1000) ** 3 - 2.51 * (x / 1000) ** 1.5 + 3.329 * (x / 1000)",
        },
        "Negative electrode": {
            "Thickness [m]": 85.2e-6,
            "Porosity": 0.25,
            "Transport efficiency": 0.125,
            "Conductivity [S.m-1]": 215.0,
            "Minimum stoichiometry": 0.026345790270384434,
            "Maximum stoichiometry": 0.9106180466770138,
            "Maximum concentration [mol.m-3]": 33133.0,
            "Particle radius [m]": 5.86e-6,
            "Surface area per unit volume [m-1]": 3 * 0.75 / 5.86e-6,
            "Diffusivity [m2.s-1]": 3.3e-14,
            "OCP [V]": NEGATIVE,
            "Reaction rate constant [mol.m-2.s-1]": 6.48e-7 * 1000.0**0.5 * 33133.0 / FARADAY,
            "Reaction rate constant activation energy [J.mol-1]": 35000.0,
        },
        "Positive electrode": {
            "Thickness [m]": 75.6e-6,
            "Porosity": 0.335,
            "Transport efficiency": 0.335**1.5,
            "Conductivity [S.m-1]": 0.18,
            "Minimum stoichiometry": 0.26384522457490983,
            "Maximum stoichiometry": 0.8539746746302213,
            "Maximum concentration [mol.m-3]": 63104.0,
            "Particle radius [m]": 5.22e-6,
            "Surface area per unit volume [m-1]": 3 * 0.665 / 5.22e-6,
            "Diffusivity [m2.s-1]": 4e-15,
            "OCP [V]": POSITIVE,
            "Reaction rate constant [mol.m-2.s-1]": 3.42e-6 * 1000.0**0.5 * 63104.0 / FARADAY,
            "Reaction rate constant activation energy [J.mol-1]": 17800.0,
        },
        "Separator": {"Thickness [m]": 12e-6, "Porosity": 0.47, "Transport efficiency": 0.47**1.5},
    },
}

WHOLE_ONLY = ("Porosity", "Transport efficiency", "Conductivity [S.m-1]")
"""Keys of an electrode that single particles do not have."""

PARTICLE_FREE = ("Thickness [m]", *WHOLE_ONLY)
"""Keys of an electrode that are not those of a material."""

REMOVED = object()


def changed(*changes: tuple[tuple[str, ...], object]) -> dict:
    """Return the contents with other values at places; `REMOVED` takes a key out."""
    contents = copy.deepcopy(CONTENTS)
    for (*tables, key), value in changes:
        held = contents
        for table in tables:
            held = held.setdefault(table, {})
        if value is REMOVED:
            del held[key]
        else:
            held[key] = value
    return contents


def of_single_particles() -> dict:
    """Return the contents of a file for single particles."""
    contents = changed((("Header", "Model"), "SPM"))
    sections = contents["Parameterisation"]
    del sections["Electrolyte"], sections["Separator"]
    for name in ("Negative electrode", "Positive electrode"):
        for key in WHOLE_ONLY:
            del sections[name][key]
    return contents


def blended(share: float) -> dict:
    """Return contents whose negative electrode is of two materials alike, the first with a share of the volume."""
    contents = copy.deepcopy(CONTENTS)
    electrode = contents["Parameterisation"]["Negative electrode"]
    material = {key: electrode.pop(key) for key in list(electrode) if key not in PARTICLE_FREE}
    surface = material["Surface area per unit volume [m-1]"]
    electrode["Particle"] = {
        name: {**material, "Surface area per unit volume [m-1]": part * surface}
        for name, part in (("graphite", share), ("silicon", 1.0 - share))
    }
    return contents


def as_version_0(contents: dict) -> dict:
    """Return contents as BPX 0.4 had them, with the version as a number."""
    made = copy.deepcopy(contents)
    del made["State"]
    made["Header"]["BPX"] = 0.4
    made["Parameterisation"]["Cell"]["Ambient temperature [K]"] = 298.15
    made["Parameterisation"]["Cell"]["Thermal conductivity [W.m-1.K-1]"] = 1.0
    made["Parameterisation"]["Electrolyte"]["Initial concentration [mol.m-3]"] = 1000.0
    return made


def written(folder, contents, name="cell.json"):
    """Write contents, or a text, to a folder; return the path."""
    path = folder / name
    path.write_text(contents if isinstance(contents, str) else json.dumps(contents), encoding="utf-8")
    return path
