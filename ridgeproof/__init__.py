"""ridgeproof: derive, evaluate and decide formulas for ridge regression under model collapse.

The three layers are reached as ``from ridgeproof import theory, numerics, verification``; their
most used names are here.  Everything is imported on first use, so that this module loads fast.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_LAYERS = ("numerics", "theory", "verification")

# Public name -> module that holds it.
_NAMES = {
    "Conjecture": "ridgeproof.verification.conjectures.conjecture",
    "Formula": "ridgeproof.theory.formula",
    "InputError": "ridgeproof.theory.errors",
    "RidgeproofError": "ridgeproof.theory.errors",
    "Setting": "ridgeproof.theory.settings.setting",
    "Value": "ridgeproof.numerics.evaluate",
    "Verdict": "ridgeproof.verification.testing.verdict",
    "catalogue": "ridgeproof.theory.catalogue",
    "check": "ridgeproof.verification.conjectures.check",
    "conjecture": "ridgeproof.verification.conjectures.declared",
    "downstream_error": "ridgeproof.numerics.downstream",
    "evaluate": "ridgeproof.numerics.evaluate",
    "make_setting": "ridgeproof.theory.settings.setting",
    "optimum": "ridgeproof.numerics.optima.optimum",
    "simulate": "ridgeproof.verification.simulation.simulate",
}

__all__ = [  # noqa: PLE0604
    "__version__",
    *_LAYERS,
    *_NAMES,
]


def __getattr__(name: str) -> Any:
    if name in _LAYERS:
        return importlib.import_module(name)
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'ridgeproof' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_LAYERS, *_NAMES])
