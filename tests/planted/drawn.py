"""Artifacts of any content: what a test does not give is drawn in the declared shape."""

from dataclasses import fields

import numpy as np

from rnn_geometry.store.artifacts import Record

PLAIN = {"str": "zero", "int": 3, "float": 0.5, "bool": True}


def drawn(kind, /, **given):
    """Return an artifact of arrays, some of them given; each letter of a shape has one size."""
    rng, sizes = np.random.default_rng(0), {}
    shapes = {part.name: part.metadata["shape"].split() for part in fields(kind)}
    for name, values in given.items():
        sizes |= dict(map(_letter, shapes[name], np.shape(values)))
    made = {name: _array(shape, sizes, rng) for name, shape in shapes.items() if shape}
    plain = {part.name: PLAIN[part.type] for part in fields(kind) if not shapes[part.name]}
    return kind(**{**made, **plain, **given})


def _letter(declared, size):
    letter, _, more = declared.partition("+")
    return letter, size - int(more or 0)


def _array(shape, sizes, rng):
    sized = [s for s in shape if s != "..."]
    return rng.normal(size=[_size(declared, sizes) for declared in sized])


def _size(declared, sizes):
    if declared.isdigit():
        return int(declared)
    letter, _, more = declared.partition("+")
    return sizes.setdefault(letter, 3 + len(sizes)) + int(more or 0)


def record(**given):
    """Return the record of a training; what is not given is nothing."""
    known = {part.name: None for part in fields(Record)}
    known |= {"l2": "3e-4", "best_step": 800, "test_accuracy": 0.985, "settings": {}}
    return Record(**known | given)
