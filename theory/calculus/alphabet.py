"""The letters of the process: one fit (X'X/T + lam)^-1 X'y/T, in the eigenbasis of Sigma."""

from __future__ import annotations

from ridgeproof.theory.calculus.words import letter

__all__ = [
    "ESTIMATE",
    "GATHERED",
    "INVERSE",
    "MIXED",
    "NOISE",
    "NOISE1",
    "NOISE2",
    "PLUS",
    "PROJECTOR",
    "RBAR",
    "ROW",
    "S2",
    "SIGMA",
    "SIGMA_INVERSE",
    "TRUTH",
    "W_TRUTH",
    "X1",
    "X2",
    "A",
    "B",
    "M",
    "R",
    "S",
    "W",
    "X",
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


# One fit: its estimate, the design of T rows, the standard normal label noise, S = X'X/T,
# R = (S + lam)^-1; the pseudo-inverse, (X'X)^-1, and the projector X^+ X on the row space.
ESTIMATE = letter("w_hat", "ŵ", r"\hat w", symmetric=False, random=True)
X = letter("X", "X", "X", symmetric=False, random=True)
NOISE = letter("e", "ε", r"\varepsilon", symmetric=False, random=True)
S = letter("S", "S", "S", random=True)
R = letter("R", "R", "R", random=True)
PLUS = letter("P", "X⁺", "X^+", symmetric=False, random=True)
INVERSE = letter("V", "(XᵀX)⁻¹", r"(X^\top X)^{-1}", random=True)
PROJECTOR = letter("Pi", "Π", r"\Pi", random=True)

# The same where the first rows are real or earlier ones, X1, and the others new, X2; S2 = X2'X2/T,
# and x x'/T of the first row x.
MIXED = letter("wmix", "ŵ", r"\hat w", symmetric=False, random=True)
X1 = letter("X1", "X₁", "X_1", symmetric=False, random=True)
X2 = letter("X2", "X₂", "X_2", symmetric=False, random=True)
NOISE1 = letter("e1", "ε₁", r"\varepsilon_1", symmetric=False, random=True)
NOISE2 = letter("e2", "ε₂", r"\varepsilon_2", symmetric=False, random=True)
S2 = letter("S2", "S₂", "S_2", random=True)
ROW = letter("q", "(xxᵀ/T)", r"\tfrac{x x^\top}{T}", random=True)
# The estimate on all of them where the model w was fitted on the first alone.
GATHERED = letter("wall", "ŵ", r"\hat w_{\le}", symmetric=False, random=True)
