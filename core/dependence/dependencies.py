"""On which parameters and inputs the outputs depend after the initialisation."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import suppress
from typing import Any

from ..cache import code_folder, read_kept, write_kept
from ..compilation.fingerprint import identity
from ..errors import InputError
from ..model import Model
from ..variable import Variable
from . import alike
from .composed import composed
from .frame import Frame
from .statements import followed
from .values import Dependent, Record, dependence


def initial_dependencies(model: Model, known: Mapping[str, int], former: int = 0) -> dict[str, list[int]]:
    """Find on what each scalar output depends after `Model.initialize`, by following the kernels.

    What was found is kept on disk where that can be; what a composed model depends on is found from its components.

    Parameters
    ----------
    model : Model
        A model.
    known : mapping of str to int
        The first bit, 1 or more, of each parameter and input that counts, by its path; its scalars have the bits that
        follow. Others have their start values.
    former : int
        The bits of what states and outputs hold before; then the kernels of a composed model are followed, too.

    Returns
    -------
    dict of str to list of int
        By the path of the output, for each of its scalars the sum of the bits of what it may depend on: of all that
        can change it, and of few others.
    """
    if model.composition is not None and not former:
        own = {v.path: _bits(v, known.get(v.path)) for v in model.parameters + model.inputs}
        return composed(model.composition, initial_dependencies, own)
    try:
        path = code_folder("dependencies") / _key(model, known, former)
    except InputError:  # they are found again
        return _follow(model, known, former)
    kept = read_kept(path)
    if kept is not None:
        return {name: [int(bits, 16) for bits in each] for name, each in json.loads(zlib.decompress(kept)).items()}
    found = _follow(model, known, former)
    told = json.dumps({name: [f"{bits:x}" for bits in each] for name, each in found.items()})
    with suppress(OSError):  # likewise
        write_kept(path, zlib.compress(told.encode()))
    return found


def _key(model: Model, known: Mapping[str, int], former: int) -> str:
    """Return a hash of everything that the sets depend on, beside the sources."""
    blocks = (model.states, *(getattr(model, block) for block in ("parameters", "inputs", "outputs", "constants")))
    fixed = [v for v in model.parameters + model.inputs if v.path not in known] + list(model.constants)
    text = repr(([[(v.path, v.shape) for v in block] for block in blocks], sorted(known.items()), former))
    values = b"".join(variable.start_values().tobytes() for variable in fixed)
    return hashlib.sha256(f"{identity(model.initialize)} {text} {model.alike} ".encode() + values).hexdigest()


def _bits(variable: Variable, first: int | None) -> list[int]:
    return [0] * variable.count if first is None else [1 << bit for bit in range(first, first + variable.count)]


def _follow(model: Model, known: Mapping[str, int], former: int) -> dict[str, list[int]]:
    """Follow the kernels, for few of the things that the model computes alike."""
    few, differ = alike.few(model), {v.path for v in model.parameters + model.inputs if alike.differing(v, model.alike)}
    if few is model:
        return _follow_all(model, known, former, frozenset())
    followed = alike.numbered(few, known)
    return alike.spread(model, known, followed, _follow_all(few, followed, former, differ))


def _follow_all(model: Model, known: Mapping[str, int], former: int, differ: Set[str]) -> dict[str, list[int]]:
    """Follow the kernels; `differ` are parameters and inputs that have other values for things that are left out."""
    x, y = (
        _record(block, lambda v: [Dependent(former) for _ in range(v.count)]) for block in (model.states, model.outputs)
    )
    p, u = (
        _record(block, lambda v: _given(v, known.get(v.path), v.path in differ))
        for block in (model.parameters, model.inputs)
    )
    c = _record(model.constants, lambda v: v.start_values().astype(int).ravel().tolist())
    follow = followed(model.initialize)
    assert follow is not None
    follow(Frame({}, 0), (x, p, u, y, c))
    return {variable.path: [dependence((value,)) for value in y.values(variable)] for variable in model.outputs}


def _record(block: Sequence[Variable], values: Callable[[Variable], list[Any]]) -> Record:
    """Return a block with these values before the initialisation."""
    return Record(block, {variable.path: values(variable) for variable in block})


def _given(variable: Variable, first: int | None, differs: bool) -> list[Any]:
    if first is None and differs:
        return [Dependent(0) for _ in range(variable.count)]
    if first is None:
        return list(variable.start_values().ravel().tolist())
    return [Dependent(1 << bit) for bit in range(first, first + variable.count)]
