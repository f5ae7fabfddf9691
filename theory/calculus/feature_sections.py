"""The downstream fit on random features, from its definition to a functional of (a, m)."""

from __future__ import annotations

from functools import lru_cache

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import DOWNSTREAM, SIGMA, TRUTH
from ridgeproof.theory.calculus.derivation import Section, restate, unfold
from ridgeproof.theory.calculus.eigenbasis import eigenbasis
from ridgeproof.theory.calculus.features import (
    ESTIMATE,
    FEATURES,
    H,
    feature_degrees,
    feature_first_order,
    feature_fit,
    feature_gram,
    feature_resolvent,
    feature_second_order,
    functions_of_sigma,
    lost_signal,
    resolvent_of_features,
)
from ridgeproof.theory.calculus.mixture import (
    deviation,
    exchangeable_rows,
    mixed_gram,
    mixed_noise,
    one_row,
)
from ridgeproof.theory.calculus.rules import first_order, generator_moments, second_order, truth
from ridgeproof.theory.calculus.words import trace, transposed
from ridgeproof.theory.definitions import DEFINITIONS

__all__ = ["degrees_of_features", "downstream_features"]


@lru_cache
def degrees_of_features() -> Section:
    """tr(H Sigma H Sigma): what df2 becomes on random features."""
    return unfold(
        "degrees of freedom of the features",
        "gamma_width",
        trace(H * SIGMA * H * SIGMA) / sy.T,
        "df2 of the features Q'x over T, tr(H Sigma H Sigma)/T, H = Q (Q'Sigma Q + nu)^-1 Q'",
        [
            resolvent_of_features(),
            feature_resolvent(),
            functions_of_sigma(),
            second_order(FEATURES),
            first_order(FEATURES),
            eigenbasis(),
            restate(
                DEFINITIONS[sy.df2_width] / sy.T,
                "sum of kappa s/(s + kappa)^2 is df1 - df2; partial fractions in s",
            ),
        ],
    )


@lru_cache
def downstream_features() -> Section:
    """The ridge fit on random features of real and synthetic rows: to a functional of (a, m)."""
    error, error_t = ESTIMATE - TRUTH, transposed(ESTIMATE) - transposed(TRUTH)
    return unfold(
        "downstream ridge fit on random features",
        "E_test",
        trace(SIGMA * error * error_t),
        "E_test = E tr Sigma (w_hat - w0)(w_hat - w0)', w = w_n on synthetic rows, w0 on real ones",
        [
            feature_fit(),
            mixed_gram(),
            lost_signal(),
            *mixed_noise(),
            mixed_gram(),
            generator_moments(DOWNSTREAM),
            truth(),
            deviation(),
            exchangeable_rows(),
            lost_signal(),
            one_row(),
            feature_gram(),
            feature_second_order(),
            feature_first_order(),
            feature_degrees(),
            feature_resolvent(),
            functions_of_sigma(),
            second_order(FEATURES),
            first_order(FEATURES),
            eigenbasis(),
        ],
    )
