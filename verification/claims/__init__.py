"""The claims C1, C2, ... of the source, N1, ... of the neighbouring theorems, P1, A1 of processes.

One module each, exporting CLAIM; a new claim is a new module here.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ridgeproof.theory.checks import check_choice

if TYPE_CHECKING:
    from ridgeproof.verification.suite.claim import AnyClaim

__all__ = ["all_claims", "claims_of", "find_claim"]


@lru_cache
def all_claims() -> dict[str, AnyClaim]:
    """Every claim by id, in the order of their numbers."""
    modules = (importlib.import_module(f"{__name__}.{info.name}") for info in _modules())
    claims = sorted((module.CLAIM for module in modules), key=lambda c: (c.id[0], int(c.id[1:])))
    return {claim.id: claim for claim in claims}


def claims_of(profile: str) -> list[str]:
    """The ids of the claims that a profile runs unless some are named."""
    return [name for name, claim in all_claims().items() if profile in claim.profiles]


def _modules() -> list[pkgutil.ModuleInfo]:
    return [info for info in pkgutil.iter_modules(__path__) if re.match(r"[acnp]\d+_", info.name)]


def find_claim(claim_id: str) -> AnyClaim:
    """The claim with that id, such as C1.

    Raises:
        InputError: there is none.
    """
    claims = all_claims()
    return claims[check_choice("CLAIM", claim_id.upper(), claims, "is not a claim")]
