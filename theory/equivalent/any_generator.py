"""The last fit of a process, for any generator: only the moments of its model matter.

A model u w0 + g, with g a random vector of variance v in each direction, has the moments m = u w0
and a = m^2 + v, which are any that a generator may have.
"""

from __future__ import annotations

from sympy import Expr, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.process.file import make_process
from ridgeproof.theory.process.record import Process

__all__ = ["GIVEN", "on_real_and_synthetic_rows"]

_SHARE, _VARIANCE = sy.Level("u", real=True), sy.Level("v", real=True)
_REAL, _SYNTHETIC = Symbol("T1", real=True), Symbol("T2", real=True)

GIVEN: dict[Symbol, Expr] = {
    sy.T: _REAL + _SYNTHETIC,
    sy.synthetic_fraction: _SYNTHETIC / (_REAL + _SYNTHETIC),
    sy.m: _SHARE * sy.w0,
    sy.a: _SHARE**2 * sy.w0**2 + _VARIANCE,
}


def on_real_and_synthetic_rows(width: int | None = None) -> Process:
    """Ridge on T1 rows that the truth labels and T2 that a generator does.

    Args:
        width: of random features that it sees, if any: the value at which lines are checked.
    """
    steps = ["w = scale(w0, 'u') + gaussian('v')", "A = rows(T1)", "B = rows(T2)"]
    labels = "[A@w0 + sigma_real*noise(A), B@w + sigma*noise(B)]"
    if width is None:
        steps.append(f"f = ridge({labels}, lam)")
    else:
        steps += ["F = features(width)", f"f = ridge({labels}, lam, features=F)"]
    parameters = {"d": 20, "T1": 15, "T2": 10, "sigma": 1, "sigma_real": "1/2", "lam": "1/10"}
    parameters |= {"spectrum": "power-law:1", "signal": "source:1/2"}
    return make_process(
        {
            "process": {
                "steps": "\n".join(steps),
                "parameters": parameters if width is None else {**parameters, "width": width},
                "covariances": {"u": "1/(1 + i)", "v": "i/d^2"},
            },
            "ask": {"E_test": "risk(f)"},
        }
    )
