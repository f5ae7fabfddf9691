"""ridgeproof: derive, evaluate and decide formulas for ridge regression under model collapse.

The three layers are reached as ``from ridgeproof import theory, numerics, verification``; their
most used names are here.  Everything is imported on first use, so that this module loads fast.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_LAYERS = ("data", "numerics", "theory", "verification")

# Public name -> module that holds it.
_NAMES = {
    "Conjecture": "verification.conjectures.conjecture",
    "Formula": "theory.formula",
    "InputError": "theory.errors",
    "RidgeproofError": "theory.errors",
    "Setting": "theory.settings.setting",
    "Value": "numerics.evaluate",
    "Verdict": "verification.testing.verdict",
    "catalogue": "theory.catalogue",
    "check": "questions.verdicts",
    "conjecture": "verification.conjectures.declared",
    "derive": "questions.formulas",
    "Curves": "curves",
    "downstream_error": "numerics.downstream",
    "evaluate": "questions.answers",
    "exponents": "questions.answers",
    "figure": "questions.tables",
    "formulas": "questions.formulas",
    "function": "questions.formulas",
    "gradient": "questions.answers",
    "make_setting": "theory.settings.setting",
    "optimum": "questions.answers",
    "process": "theory.process.tracing.trace",
    "simulate": "questions.answers",
    "sweep": "questions.tables",
    "verify": "questions.verdicts",
}

__all__ = [  # noqa: PLE0604
    "__version__",
    *_LAYERS,
    *_NAMES,
]


def __getattr__(name: str) -> Any:
    if name in _LAYERS:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(f"{__name__}.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'ridgeproof' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_LAYERS, *_NAMES])
