"""model.h: what the shim knows of a model, written from its declaration."""

from __future__ import annotations

import json
import math
import re
from string import Formatter

from ...core.model import Model
from ...core.variable import Causality, Variable

HEADER = """/* What the shim knows of {name}; written by packfmu. */
#ifndef MODEL_H
#define MODEL_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MODEL_IDENTIFIER {identifier}
#define MODEL_GUID {guid}
#define MODEL_STAMP {stamp}

enum {{ N_P = {p}, N_U = {u}, N_Y = {y}, N_X = {x}, N_C = {c} }};
enum {{ FIXED, TUNABLE, INPUT, OUTPUT, HIDDEN }};
enum {{ REAL, INTEGER, BOOLEAN }};

typedef struct {{
    const char *name, *unit;
    uint32_t first, count, extent[2];
    uint8_t role, kind;
    double min, max, nominal;
}} Variable;

enum {{ N_VARIABLES = {number} }};
static const Variable variables[] = {{
{variables}
}};

static const int64_t constants[] = {{{constants}}};

int32_t model_initialize(void *ret, void **excinfo, double *x, double *p, double *u, double *y, int64_t *c);
int32_t model_outputs(void *ret, void **excinfo, double *x, double *p, double *u, double *y, int64_t *c);
int32_t model_advance(int64_t *ret, void **excinfo, double *x, double *p, double *u, double *y, int64_t *c,
                      double t, double h);

static inline int model_refusal(int64_t status, const double *p, const double *u, const double *y, const double *x,
                                char *text, size_t size)
{{
    (void)p, (void)u, (void)y, (void)x, (void)text, (void)size;
    switch (status) {{
{refusals}
    default: return 0;
    }}
}}

#endif
"""

FORMAT = re.compile(r"\.\d+[efg]")
"""Formats that a refusal may use: they mean the same to Python and to C."""

FIELD = re.compile(r"([puyx])\.(\w+(?:\.\w+)?)((?:\[\d+\])*)")
"""An element of a block, as a refusal names it; a variable with an owner by both names."""


def header(model: Model, identity: str, stamp: str) -> bytes:
    """Return model.h.

    Parameters
    ----------
    model : Model
        What is described; its start values do not enter.
    identity : str
        The GUID.
    stamp : str
        Hash of all that makes two FMUs compute differently: the version of serialised states.

    Raises
    ------
    ValueError
        When a refusal asks for more than a scalar in one of C's formats.
    """
    constants = [int(value) for v in model.constants for value in v.start_values().ravel()]
    text = HEADER.format(
        name=model.name,
        identifier=json.dumps(model.name),
        guid=json.dumps(identity),
        stamp=json.dumps(stamp),
        p=_total(model.parameters),
        u=_total(model.inputs),
        y=_total(model.outputs),
        x=_total(model.states),
        c=len(constants),
        number=len(model.interface),
        variables="\n".join(_entries(model)),
        constants=", ".join(map(str, constants or [0])),
        refusals="\n".join(_refusal(model, status, text) for status, text in sorted(model.refusals.items())),
    )
    return text.encode()


def _total(variables: tuple[Variable, ...]) -> int:
    return sum(variable.count for variable in variables)


def _entries(model: Model) -> list[str]:
    offsets = model.offsets()
    entries = []
    for v in model.interface:
        extents = (*v.shape, 0, 0)[:2]
        numbers = ", ".join(map(_number, (v.min, v.max, v.nominal)))
        entries.append(
            f"    {{{_text(v.fmi_name or v.name)}, {_text(v.unit)}, {offsets[v.path]}, {v.count}, "
            f"{{{extents[0]}, {extents[1]}}}, {_role(v)}, {v.data_type.name}, {numbers}}},"
        )
    return entries


def _role(variable: Variable) -> str:
    if variable.hidden:
        return "HIDDEN"
    if variable.causality is Causality.PARAMETER:
        return "TUNABLE" if variable.tunable else "FIXED"
    return variable.causality.name


def _number(value: float) -> str:
    return repr(float(value)) if math.isfinite(value) else f"{'-' if value < 0 else ''}INFINITY"


def _text(text: str) -> str:
    """Return a string literal of C."""
    escaped = "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}" for b in text.encode())
    return f'"{escaped}"'


def _refusal(model: Model, status: int, text: str) -> str:
    """Return the case of one status: a format string over ``p``, ``u``, ``y`` and ``x`` becomes a call of snprintf."""
    pattern, arguments = "", ""
    for literal, field, wanted, conversion in Formatter().parse(text):
        pattern += literal.replace("%", "%%")
        if field is None:
            continue
        if conversion or not FORMAT.fullmatch(wanted or ""):
            raise ValueError(f"{model.name}: refusal {status} formats {field} as {wanted!r}; C knows .9g and its like")
        pattern += f"%{wanted}"
        arguments += f", {_place(model, status, field)}"
    return f"    case {status}: return snprintf(text, size, {_text(pattern)}{arguments});"


def _place(model: Model, status: int, field: str) -> str:
    """Return the element of a block that a field such as ``p.lookahead`` or ``u.rate[0]`` is."""
    names = FIELD.fullmatch(field)
    block, name, indices = names.groups() if names else ("", "", "")
    index = tuple(int(i) for i in re.findall(r"\d+", indices))
    place = 0
    blocks = {"p": model.parameters, "u": model.inputs, "y": model.outputs, "x": model.states}
    for variable in blocks.get(block, ()):
        fits = len(index) == len(variable.shape) and all(i < n for i, n in zip(index, variable.shape, strict=True))
        if variable.path == name and fits:
            return f"{block}[{place + sum(i * math.prod(variable.shape[k + 1 :]) for k, i in enumerate(index))}]"
        place += variable.count
    raise ValueError(f"{model.name}: refusal {status} names {field}, which is no scalar of p, u, y or x")
