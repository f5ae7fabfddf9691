"""Many generations: what the affine map of one generation (T4) does when it is iterated.

Second moments: a' = D a + g sum(c a) + h; means: m' = (1-K0) m.  With u = s/(s+kappa0) the means
shrink by u, and the matrix D + g c' has its largest eigenvalue at the root rho of the secular
equation sum c g/(rho - D) = 1.  For kappa0 = 0 (least squares) every radius is 1 and label noise
adds up; for kappa0 > 0 all of them are at most u_1 < 1, the signal is forgotten, and a tends to
the fixed point.  Derived here.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import Expr, Symbol, cancel, factor

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.chains.affine import AffineStep, affine_step
from ridgeproof.theory.definitions import defined
from ridgeproof.theory.domains.positivity import PositivityProof, prove_nonnegative
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.specialise import isotropic
from ridgeproof.theory.spectral import SpectralSum

__all__ = [
    "EXPRESSIONS",
    "check_fixed_point",
    "forgetting",
    "isotropic_is_slower_in_the_mean",
    "isotropic_radius",
]

_U = sy.s / (sy.s + sy.kappa0)
_K = 1 - _U
_ROWS = sy.T0 * (1 - sy.gamma0)
_J_LEVEL = sy.kappa0 * sy.s**2 / ((sy.s + sy.kappa0) ** 2 * (sy.kappa0 + 2 * sy.s))

_J = SpectralSum(_J_LEVEL) / _ROWS


def _moment(feedback: Expr) -> Expr:
    spread = sy.kappa0 * (sy.kappa0 + 2 * sy.s) * (1 - feedback)
    return sy.sigma0**2 * sy.s / (_ROWS * spread)


EXPRESSIONS = {
    # What the spread-out signal feeds back: sum c g/(1 - D).
    "feedback": _J,
    # The second moment after infinitely many generations, kappa0 > 0.
    "fixed_point": _moment(_J),
}


@lru_cache
def _step() -> AffineStep:
    return affine_step(find("generator").expressions["second_moment"])


@lru_cache
def check_fixed_point() -> Expr:
    """The fixed point, after checking that one more generation returns it.

    Raises:
        DerivationError: it does not.
    """
    step, feedback = _step(), Symbol("J")
    moment = _moment(feedback)
    # sum c a is a multiple of J, because c a is, level by level.
    ratio = cancel(step.collected * moment / _J_LEVEL)
    moved = step.diagonal * moment + step.spread * ratio * feedback * _ROWS + step.shift
    if ratio.has(sy.s) or cancel(moved - moment) != 0:
        raise DerivationError(f"{moment} is not a fixed point of the generator")
    return EXPRESSIONS["fixed_point"]


@lru_cache
def forgetting() -> tuple[PositivityProof, ...]:
    """J < 1/2 and the radius of second moments is at most u_1 = s_1/(s_1+kappa0), level by level.

    lam0 >= 0 means df1 <= T0, hence sum u (1-u) = df1 - df2 <= T0 - df2 = T0 (1-gamma0).
    The first proof bounds the sum in J by half of the left-hand side.  The second bounds
    sum c g/(u_1 - D), times T0 (1-gamma0), by it: the secular equation has its root at or
    below u_1 = s_1/(s_1+kappa0), here s_1 = s + x.
    """
    step = _step()
    x = Symbol("x", nonnegative=True)
    top = (sy.s + x) / (sy.s + x + sy.kappa0)
    coupling = step.collected * step.spread * _ROWS
    return (
        prove_nonnegative(
            "J < 1/2", "s, kappa0 >= 0", _U * _K / 2 - _J_LEVEL, {sy.s: sy.s, sy.kappa0: sy.kappa0}
        ),
        prove_nonnegative(
            "rho <= s_1/(s_1+kappa0)",
            "s_1 >= s, kappa0 >= 0",
            cancel(_U * _K - coupling / (top - step.diagonal)),
            {sy.s: sy.s, sy.kappa0: sy.kappa0},
        ),
    )


@lru_cache
def isotropic_radius() -> Expr:
    """The radius of second moments for Sigma = I, in kappa0, d and T0.

    u^2 + K0^2 gamma0/(1-gamma0) with u = 1/(1+kappa0): 1 for least squares (kappa0 = 0), and
    eta = T0/d for minimum norm, where kappa0 = (1-eta)/eta; below u for lam0 > 0.
    """
    step = _step()
    coupled = SpectralSum(step.collected * step.spread)
    return factor(step.diagonal.subs(sy.s, 1) + isotropic(defined(coupled)))


@lru_cache
def isotropic_is_slower_in_the_mean() -> PositivityProof:
    """Sigma = I: second moments forget at least as fast as means, 1/(1+kappa0) a generation."""
    u = 1 / (1 + sy.kappa0)
    spare = Symbol("x", nonnegative=True)
    return prove_nonnegative(
        "rho <= 1/(1+kappa0)",
        "lam0 >= 0, that is, T0 >= d/(1+kappa0)",
        u - isotropic_radius(),
        {sy.T0: sy.d * u + spare},
    )
