"""Random streams named by what they are for, so that the same question gets the same draws.

    blake2b(canonical JSON of [seed, claim, point, role, chunk]) -> SeedSequence -> PCG64DXSM

A stream depends on nothing else: not on the number of workers, the order of the work, or the draws
made for any other point.
"""

from __future__ import annotations

import json
from hashlib import blake2b

import numpy as np

from ridgeproof.theory.errors import InputError

__all__ = ["canonical_json", "digest", "make_generator"]


def make_generator(
    seed: int, claim: str, point: object, role: str, chunk: int = 0
) -> np.random.Generator:
    """The generator of one stream.

    Args:
        seed: the user's seed.
        claim: id of the claim or command that asks.
        point: the parameters, as plain JSON values (`Setting.canonical()`).
        role: what the draws are for, such as "literal", "conditional" or "pilot".
        chunk: index of the piece of the stream; pieces are independent.

    Raises:
        InputError: the point is not made of plain JSON values.

    >>> one = make_generator(0, "C1", {"d": 10, "sigma": "1/2"}, "literal", 3)
    >>> two = make_generator(0, "C1", {"sigma": "1/2", "d": 10}, "literal", 3)
    >>> one.standard_normal() == two.standard_normal()
    True
    """
    entropy = int.from_bytes(digest([seed, claim, point, role, chunk]), "big")
    return np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence(entropy)))


def digest(value: object) -> bytes:
    """The 32-byte blake2b hash of the canonical JSON of a value."""
    return blake2b(canonical_json(value).encode(), digest_size=32).digest()


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no blanks: equal values give equal text.

    Raises:
        InputError: the value holds something other than text, finite numbers, lists and mappings.

    >>> canonical_json({"b": 1, "a": [None, "x"]})
    '{"a":[null,"x"],"b":1}'
    """
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(
            "point", value, f"has no canonical JSON ({error})", "use text and finite numbers only"
        ) from error
