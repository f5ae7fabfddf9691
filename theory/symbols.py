"""The symbols of the theory, with their assumptions: one name, one meaning, in every layer.

Sizes are positive reals rather than integers because the limits treat them as such.

Level symbols (bound inside a SpectralSum):
    s   eigenvalue of Sigma                    w0  component of the truth on that eigenvector
    a   E[w_n w_n'] on the diagonal            m   E[w_n]
    B   diagonal entry of an arbitrary test matrix
"""

from __future__ import annotations

from sympy import Symbol, symbols

__all__ = [
    "LEVEL_SYMBOLS",
    "NAMED",
    "T0",
    "B",
    "Delta",
    "T",
    "a",
    "alpha",
    "b",
    "best_weight",
    "beta",
    "chi",
    "d",
    "df1",
    "df1_0",
    "df2",
    "df2_0",
    "df2_width",
    "ell",
    "eta",
    "gamma",
    "gamma0",
    "gamma_width",
    "gathered",
    "h1",
    "h2",
    "is_isotropic",
    "kappa",
    "kappa0",
    "kappa4",
    "lam",
    "lam0",
    "m",
    "mu",
    "n",
    "phi",
    "phi0",
    "pooled",
    "q",
    "q0",
    "r",
    "ratio",
    "s",
    "shared",
    "sigma",
    "sigma0",
    "sigma_real",
    "synthetic_fraction",
    "v",
    "w0",
    "weight",
    "width",
]

d, T, T0 = symbols("d T T0", positive=True)
n = Symbol("n", integer=True, nonnegative=True)
sigma, sigma0 = symbols("sigma sigma0", nonnegative=True)
# Label noise of real rows, share of synthetic rows downstream, width of random features.
sigma_real, synthetic_fraction = symbols("sigma_real synthetic_fraction", nonnegative=True)
width = Symbol("width", positive=True)
lam, lam0 = symbols("lam lam0", nonnegative=True)

# Of one generation: the weight of the real labels, and the rows of all sets so far.
weight = Symbol("W", nonnegative=True)
gathered = Symbol("N", positive=True)
# Variance of the label noise of several generations that share a design, as that of one.
pooled = Symbol("pooled", nonnegative=True)
# rho = sigma0^2/sigma_real^2, and the best constant weight for it.
ratio = Symbol("rho", nonnegative=True)
best_weight = Symbol("W*", nonnegative=True)

# Implicit functions of the setting: lam = kappa (1 - df1/T), and the generator's own.
kappa, kappa0 = symbols("kappa kappa0", nonnegative=True)

# Elliptical rows: E[tau q/(1 + tau q)] = d/T, and the generator's own with T0.
q, q0 = symbols("q q0", positive=True)

# Excess kurtosis of iid entries; chi = 1 - (d - lam tr R)/T, the mean over the rows x of
# 1/(1 + x'R_x x/T), R_x the resolvent without the row.
kappa4 = Symbol("kappa4", real=True)
chi = Symbol("chi", positive=True)

# Abbreviations, each with a definition in theory.definitions.
df1, df2, gamma = symbols("df1 df2 gamma", nonnegative=True)
df1_0, df2_0, gamma0 = symbols("df1_0 df2_0 gamma0", nonnegative=True)
# Random features: what df2 and gamma become.
df2_width, gamma_width = symbols("df2_width gamma_width", nonnegative=True)
phi, phi0, eta = symbols("phi phi0 eta", positive=True)
b = Symbol("b", nonnegative=True)

# E tr R and E tr R^2 of the resolvent R = (X'X/T + lam)^-1, for Sigma = I.
h1, h2 = symbols("h1 h2", positive=True)

# True when one generator design is reused by every generation.
shared = Symbol("shared")
# True when Sigma = I.
is_isotropic = Symbol("isotropic")

# Power laws: s_i = i^-beta (capacity), b_i ~ i^-(1 + 2 beta r) (source), lam = T^-ell.
beta, r = symbols("beta r", positive=True)
ell = Symbol("ell", nonnegative=True)

# The isotropic optimum: v = 1/(1 + kappa); Delta = n sigma0^2 d/(T0-d-1), the generators' error.
v = Symbol("v", positive=True)
Delta = Symbol("Delta", nonnegative=True)

# Totals of an isotropic generator: alpha = sum a_i = E||w_n||^2, mu = sum m_i w0_i = E[w_n]'w0.
alpha = Symbol("alpha", nonnegative=True)
mu = Symbol("mu", real=True)

s = Symbol("s", positive=True)
w0 = Symbol("w0", real=True)
m = Symbol("m", real=True)
a = Symbol("a", nonnegative=True)

B = Symbol("B", real=True)

LEVEL_SYMBOLS = frozenset({s, w0, a, m, B})


class Level(Symbol):
    """One more number that every direction has: a profile of a process."""


def is_level(symbol: Symbol) -> bool:
    """Whether a symbol is bound inside a spectral sum."""
    return symbol in LEVEL_SYMBOLS or isinstance(symbol, Level)


# What a user's formula may name (theory.definitions says what each stands for).
NAMED = {
    symbol.name: symbol
    for symbol in (
        d, T, T0, n, sigma, sigma0, lam, lam0, phi, phi0, kappa, kappa0,
        df1, df2, gamma, b, eta, beta, r, sigma_real, synthetic_fraction, width,
    )
}  # fmt: skip
