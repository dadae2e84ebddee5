"""model.h: what the shim knows of a model when it is compiled, which is its structure and nothing of its size."""

from __future__ import annotations

import json
from collections.abc import Iterator

from ...core.block.structure import ANY, Structure
from ...core.model import Model

HEADER = """/* What the shim knows of {name}; written by packfmu. */
#ifndef MODEL_H
#define MODEL_H

#include <stdint.h>

#define MODEL_IDENTIFIER {identifier}
#define MODEL_STAMP {stamp}

/* What layouts of the blocks x, p, u, y and c say: the offset of a field, then its extents, of which some are known;
 * the offset of a block, then its fields, then LEAVE, for which a layout has no entry; at the end STOP, likewise. */
enum {{ ANY = -1, FIELD = -2, BLOCK = -3, LEAVE = -4, STOP = -5, LAYOUT_LENGTH = {length} }};
static const int32_t structures[] = {{
{structures}
}};

int32_t model_initialize(void *ret, void **excinfo, {blocks});
int32_t model_outputs(void *ret, void **excinfo, {blocks});
int32_t model_advance(int64_t *ret, void **excinfo, {blocks}, double t, double h);

#endif
"""

BLOCKS = ", ".join(
    (*(f"double *{block}, int64_t *{block}_layout" for block in "xpuy"), "int64_t *c, int64_t *c_layout")
)


def header(model: Model, stamp: str) -> bytes:
    """Return model.h.

    Parameters
    ----------
    model : Model
        What is described; neither its sizes nor its start values enter.
    stamp : str
        Hash of all that machine code is made from; the library reads tables with this stamp only.
    """
    text = HEADER.format(
        name=model.name,
        identifier=json.dumps(model.name),
        stamp=json.dumps(stamp),
        length=sum(structure.length for structure in model.structures),
        structures="\n".join(f"    {', '.join((*_codes(structure), 'STOP'))}," for structure in model.structures),
        blocks=BLOCKS,
    )
    return text.encode()


def _codes(structure: Structure) -> Iterator[str]:
    for field in structure.fields:
        if field.block is not None:
            yield from ("BLOCK", *_codes(field.block), "LEAVE")
        else:
            yield from ("FIELD", *("ANY" if extent is ANY else str(extent) for extent in field.extents))
