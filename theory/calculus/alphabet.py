"""The letters of the process, and a Fit: the letters and scalars that belong to one regression.

In the eigenbasis of Sigma.  ``Fit`` exists twice with the same rules: DOWNSTREAM (T rows, ridge
lam, noise sigma) and GENERATOR (T0 rows, ridge lam0, noise sigma0).
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.words import letter

__all__ = [
    "ALL_INVERSE",
    "ALL_X",
    "DOWNSTREAM",
    "GATHERED",
    "GENERATOR",
    "MIXTURE",
    "RBAR",
    "SIGMA",
    "SIGMA_INVERSE",
    "TRUTH",
    "W_TRUTH",
    "A",
    "B",
    "Fit",
    "M",
    "Mixture",
    "W",
]

SIGMA = letter("Sigma", "Σ", r"\Sigma")
SIGMA_INVERSE = letter("Sigma^-1", "Σ⁻¹", r"\Sigma^{-1}")
# The labelling model of the fit at hand (w_n downstream, w_m in the chain), the truth, and moments:
# A = E[w w'], M = E[w] w0', W_TRUTH = w0 w0'.
W = letter("w", "w", "w", symmetric=False, random=True)
TRUTH = letter("w0", "w₀", "w_0", symmetric=False)
A = letter("A", "A", "A")
M = letter("M", "M", "M", symmetric=False)
W_TRUTH = letter("W0", "W₀", "W_0")
# (chi Sigma + lam)^-1: what R is close to, given its own trace.
RBAR = letter("Rbar", "R̄", r"\bar R", random=True)
# An arbitrary diagonal test matrix: an identity in tr(B .) for every B is one for each component.
B = letter("B", "B", "B")


@dataclass(frozen=True)
class Fit:
    """The letters and scalars of one regression fit w_hat = (X'X/T + lam)^-1 X'y/T."""

    name: str
    estimate: Symbol  # w_hat
    X: Symbol  # rows x d design
    e: Symbol  # label noise, standard normal
    S: Symbol  # X'X / T
    R: Symbol  # (S + lam)^-1
    P: Symbol  # pseudo-inverse of X
    Winv: Symbol  # (X'X)^-1
    Pi: Symbol  # X^+ X, the projector on the row space of X
    T: Symbol
    lam: Symbol
    kappa: Symbol
    df1: Symbol
    df2: Symbol
    gamma: Symbol
    sigma: Symbol


def _fit(name: str, mark: str, scalars: tuple[Symbol, ...]) -> Fit:
    low, sub = (f"_{mark}", "₀") if mark else ("", "")
    X, Xt = f"X{low}", f"X{low}^\\top"
    return Fit(
        name,
        letter(f"w_hat{mark}", f"ŵ{sub}", rf"\hat w{low}", symmetric=False, random=True),
        letter(f"X{mark}", f"X{sub}", X, symmetric=False, random=True),
        letter(f"e{mark}", f"ε{sub}", rf"\varepsilon{low}", symmetric=False, random=True),
        letter(f"S{mark}", f"S{sub}", f"S{low}", random=True),
        letter(f"R{mark}", f"R{sub}", f"R{low}", random=True),
        letter(f"P{mark}", f"X{sub}⁺", f"{X}^+", symmetric=False, random=True),
        letter(f"V{mark}", f"(X{sub}ᵀX{sub})⁻¹", f"({Xt} {X})^{{-1}}", random=True),
        letter(f"Pi{mark}", f"Π{sub}", rf"\Pi{low}", random=True),
        *scalars,
    )


DOWNSTREAM = _fit("downstream", "", (sy.T, sy.lam, sy.kappa, sy.df1, sy.df2, sy.gamma, sy.sigma))
GENERATOR = _fit(
    "generator", "0", (sy.T0, sy.lam0, sy.kappa0, sy.df1_0, sy.df2_0, sy.gamma0, sy.sigma0)
)


@dataclass(frozen=True)
class Mixture:
    """The letters of a downstream fit whose first rows are real and whose others are synthetic."""

    estimate: Symbol  # w_hat
    X1: Symbol  # the real rows of X
    X2: Symbol  # the synthetic rows
    e1: Symbol  # label noise of the real rows
    e2: Symbol
    S2: Symbol  # X2'X2 / T
    row: Symbol  # x x'/T of the first row x of X


def _part(name: str, pretty: str, latex: str) -> Symbol:
    return letter(name, pretty, latex, symmetric=False, random=True)


MIXTURE = Mixture(
    _part("wmix", "ŵ", r"\hat w"),
    _part("X1", "X₁", "X_1"),
    _part("X2", "X₂", "X_2"),
    _part("e1", "ε₁", r"\varepsilon_1"),
    _part("e2", "ε₂", r"\varepsilon_2"),
    letter("S2", "S₂", "S_2", random=True),
    letter("q", "(xxᵀ/T)", r"\tfrac{x x^\top}{T}", random=True),
)


# A generator fitted on all sets so far: the estimate, all inputs, the inverse of their Gram matrix.
GATHERED = letter("wall", "ŵ", r"\hat w_{\le}", symmetric=False, random=True)
ALL_X = letter("Xall", "X̄", r"\bar X", symmetric=False, random=True)
ALL_INVERSE = letter("Vall", "(X̄ᵀX̄)⁻¹", r"(\bar X^\top \bar X)^{-1}", random=True)
