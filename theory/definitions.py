"""What the abbreviations stand for: df1, df2, gamma, phi, b, ... each defined once.

``lam = kappa (1 - df1/T)`` defines kappa implicitly; the numerics layer solves it.  The same holds
for the generator's kappa0 with lam0 and T0.  Source: Dohmatob, Feng, Kempe 2024,
arXiv 2402.07712; the fixed point is classical.
"""

from __future__ import annotations

from sympy import Expr, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["DEFINITIONS", "MEANINGS", "defined", "ridge_of_kappa"]


def _df(k: int, kappa: Expr) -> Expr:
    return SpectralSum((sy.s / (sy.s + kappa)) ** k)


DEFINITIONS: dict[Symbol, Expr] = {
    sy.df1: _df(1, sy.kappa),
    sy.df2: _df(2, sy.kappa),
    sy.gamma: sy.df2 / sy.T,
    sy.df1_0: _df(1, sy.kappa0),
    sy.df2_0: _df(2, sy.kappa0),
    sy.gamma0: sy.df2_0 / sy.T0,
    sy.df2_width: sy.df2 + (sy.df1 - sy.df2) ** 2 / (sy.width - sy.df2),
    sy.gamma_width: sy.df2_width / sy.T,
    sy.phi: sy.d / sy.T,
    sy.phi0: sy.d / sy.T0,
    sy.eta: sy.T0 / sy.d,
    sy.b: SpectralSum(sy.s * sy.w0**2),
}

MEANINGS: dict[Symbol, str] = {
    sy.d: "dimension of the features",
    sy.T: "rows of the downstream training set",
    sy.T0: "rows of each generator's training set",
    sy.n: "number of generators before the downstream fit (0: clean data)",
    sy.sigma: "label noise of the downstream set (standard deviation)",
    sy.sigma_real: "label noise of real rows (standard deviation)",
    sy.synthetic_fraction: "share P2 of the downstream rows that the last generator labels",
    sy.width: "number of random features downstream",
    sy.sigma0: "label noise of each generator's set (standard deviation)",
    sy.lam: "downstream ridge penalty, normalised as (X'X/T + lam)^-1",
    sy.lam0: "the generators' ridge penalty, same normalisation",
    sy.kappa: "effective penalty: lam = kappa (1 - df1/T); on random features "
    "lam = kappa (1 - df1/width) (1 - df1/T), df1 < min(T, width)",
    sy.kappa0: "effective penalty of a generator: lam0 = kappa0 (1 - df1(kappa0)/T0)",
    sy.q: "d/(T-d) where rows share a scale: E[tau q/(1 + tau q)] = d/T",
    sy.q0: "d/(T0-d) of a generator where rows share a scale: E[tau q0/(1 + tau q0)] = d/T0",
    sy.kappa4: "excess kurtosis E z^4 - 3 of the features' iid entries z",
    sy.chi: "1 - (d - lam tr R)/T, close to lam/kappa",
    sy.df1: "degrees of freedom, sum of s/(s + kappa)",
    sy.df2: "degrees of freedom, sum of s^2/(s + kappa)^2",
    sy.gamma: "df2/T",
    sy.df2_width: "df2 on random features, df2 + (df1 - df2)^2/(width - df2)",
    sy.gamma_width: "df2_width/T",
    sy.df1_0: "degrees of freedom of a generator, sum of s/(s + kappa0)",
    sy.df2_0: "degrees of freedom of a generator, sum of s^2/(s + kappa0)^2",
    sy.gamma0: "df2_0/T0",
    sy.phi: "d/T",
    sy.phi0: "d/T0",
    sy.eta: "T0/d",
    sy.b: "signal energy ||w0||_Sigma^2",
    sy.beta: "capacity: s_i = i^-beta",
    sy.r: "source: b_i proportional to i^-(1 + 2 beta r)",
    sy.s: "eigenvalue of Sigma",
    sy.w0: "component of the ground truth",
    sy.a: "second moment E[w_n,i^2] of the last generator",
    sy.v: "1/(1 + kappa), Sigma = I",
    sy.Delta: "n sigma0^2 d/(T0-d-1), the error of the last generator; n sigma0^2 phi0/(1-phi0)",
    sy.h1: "E tr (X'X/T + lam)^-1, Sigma = I, by the exact eigenvalue density",
    sy.h2: "E tr (X'X/T + lam)^-2, Sigma = I, by the exact eigenvalue density",
    sy.alpha: "E ||w_n||^2, the sum of a_i",
    sy.mu: "E[w_n]' w0, the sum of m_i w0_i",
    sy.weight: "weight of the real label in a generation's labels",
    sy.gathered: "rows of all the sets of a chain so far",
    sy.ratio: "sigma0^2/sigma_real^2: noise of synthetic labels over that of real ones",
    sy.best_weight: "best constant weight of the real labels",
    sy.pooled: "label noise of the generations on one design, as the variance of one set's",
    sy.shared: "true when every generation reuses one design, false for independent designs",
    sy.m: "mean E[w_n,i] of the last generator",
}


def defined(expression: Expr) -> Expr:
    """Replace every abbreviation by its definition, down to sizes, kappa and spectral sums."""
    while True:
        unfolded = expression.subs(DEFINITIONS)
        if unfolded == expression:
            return expression
        expression = unfolded


def ridge_of_kappa() -> Expr:
    """Lam as the explicit function kappa (1 - df1/T) of kappa."""
    return sy.kappa * (1 - sy.df1 / sy.T)
