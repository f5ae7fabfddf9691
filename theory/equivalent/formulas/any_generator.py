"""One fit of a process, for any model behind its labels: only the moments of the model matter.

A model u w0 + g, with g a random vector of variance v in each direction, has the moments m = u w0
and a = m^2 + v, which are any that a generator may have.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.process.file import make_process
from ridgeproof.theory.process.record import Process

__all__ = [
    "KAPPA",
    "MIXED",
    "MODEL",
    "NEXT",
    "next_generator",
    "on_rows",
    "on_rows_of_two_scales",
    "on_two_kinds_of_rows",
    "process_of",
]

KAPPA = Symbol("kappa1", real=True)
_SHARE, _VARIANCE = sy.Level("u", real=True), sy.Level("v", real=True)
_REAL, _SYNTHETIC = Symbol("T1", real=True), Symbol("T2", real=True)

# What the symbols of a theorem are in the process.
MODEL: Mapping[Symbol, Expr] = {
    sy.m: _SHARE * sy.w0,
    sy.a: _SHARE**2 * sy.w0**2 + _VARIANCE,
}
NEXT: Mapping[Symbol, Expr] = {sy.kappa0: KAPPA, sy.weight: Symbol("share", real=True), **MODEL}
MIXED: Mapping[Symbol, Expr] = {
    sy.T: _REAL + _SYNTHETIC,
    sy.synthetic_fraction: _SYNTHETIC / (_REAL + _SYNTHETIC),
    sy.kappa: KAPPA,
    **MODEL,
}


def on_rows() -> Process:
    """Ridge on T rows that any model labels."""
    steps = ["A = rows(T)", "f = ridge(A@w + sigma*noise(A), lam)"]
    return process_of(steps, {"T": 25, "sigma": 1, "lam": "1/10"}, {"E_test": "risk(f)"})


def next_generator(fit: str = "ridge({}, lam0)", *, averaged: bool = False) -> Process:
    """A generator's fit on T0 rows, with labels averaged with real ones or not; its moments."""
    labels = "A@w + sigma0*noise(A)"
    parameters: dict[str, object] = {"T0": 25, "sigma0": 1}
    if averaged:
        labels = f"share*(A@w0 + sigma_real*noise(A)) + (1 - share)*({labels})"
        parameters |= {"share": "1/3", "sigma_real": "1/2"}
    if "lam0" in fit:
        parameters["lam0"] = "1/10"
    asks = {"mean": "inner(f, w0, 'B')", "second_moment": "norm2(f, 'B')"}
    return process_of(["A = rows(T0)", f"f = {fit.format(labels)}"], parameters, asks, B="i/d")


def on_two_kinds_of_rows(*, features: bool) -> Process:
    """Ridge on T1 rows that the truth labels and T2 that any model does, on random features too."""
    fit = "f = ridge([A@w0 + sigma_real*noise(A), B@w + sigma*noise(B)], lam"
    steps = ["A = rows(T1)", "B = rows(T2)", f"{fit})"]
    parameters = {"T1": 15, "T2": 10, "sigma": 1, "sigma_real": "1/2", "lam": "1/10"}
    if features:
        steps[2:] = ["F = features(width)", f"{fit}, features=F)"]
        parameters["width"] = 15
    return process_of(steps, parameters, {"E_test": "risk(f)"})


def on_rows_of_two_scales() -> Process:
    """Least squares on T1 rows c1 x and T2 rows c2 x: x with weights c^2, the noise over c."""
    steps = ["A = rows(T1)", "B = rows(T2)"]
    labels = [f"{x}@w0 + sigma0/c{k}*noise({x})" for k, x in ((1, "A"), (2, "B"))]
    steps += [f"f = least_squares([{', '.join(labels)}], weights=[c1^2, c2^2])"]
    parameters = {"T1": 40, "T2": 20, "sigma0": 1, "c1": "1/2", "c2": 2}
    return process_of(steps, parameters, {"variance": "norm2(f - w0, 'B')"}, B="i/d")


def process_of(
    steps: list[str], parameters: Mapping[str, object], asks: Mapping[str, str], **profiles: str
) -> Process:
    """Steps after w, which is any model, in a space of twenty directions."""
    space = {"d": 20, "spectrum": "power-law:1", "signal": "source:1/2"}
    process = {
        "steps": "\n".join(["w = scale(w0, 'u') + gaussian('v')", *steps]),
        "parameters": {**space, **parameters},
        "covariances": {"u": "1/(1 + i)", "v": "i/d^2", **profiles},
    }
    return make_process({"process": process, "ask": asks})
