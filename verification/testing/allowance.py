"""What a limit is allowed at finite size, and the sizes at which it is simulated.

A limit meets the Richardson combination 2 x(2k) - x(k) of two sizes, the larger with d >= 64: the
deterministic equivalent errs by O(1/g), g = T (1-gamma) being the effective number of surplus rows
of a fit, so that the combination errs by O(1/g^2).
"""

from __future__ import annotations

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.chains.varying_chain import generation_points
from ridgeproof.numerics.point import make_point
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.settings.finiteness import fits, is_downstream_noisy
from ridgeproof.theory.settings.selection import essential
from ridgeproof.theory.settings.setting import Setting

__all__ = ["allowance", "growth", "large_enough"]

# The smaller dimension of a Richardson pair; the larger is twice that.
LIMIT_DIMENSION = 32
# Allowed: (ALLOWANCE/g)^2 for each fit; 2 covers the measured second-order terms four times over.
ALLOWANCE = 2.0


def growth(*settings: Setting) -> int:
    """How many times settings are grown until every d >= 32."""
    return max(1, -(-LIMIT_DIMENSION // min(setting.d for setting in settings)))


def large_enough(setting: Setting) -> Setting:
    """The setting grown until d >= 32: the smaller of the two sizes of a Richardson pair."""
    factor = growth(setting)
    return setting.grown(factor) if factor > 1 else setting


def allowance(setting: Setting) -> float:
    """Relative error left in 2 x(2k) - x(k) at this size: the sum of (2/g)^2 over the fits.

    Random features count as a fit of `width` rows.
    """
    setting = essential(setting)
    point = make_point(setting, Float64())
    total = 0.0
    noisy = is_downstream_noisy(setting)
    if noisy or setting.lam > 0 or setting.T < setting.d or setting.width is not None:
        gamma = sy.gamma if setting.width is None else sy.gamma_width
        surplus = setting.T * (1 - float(evaluate_expression(gamma, point)))
        # T = d without ridge passes the signal on exactly, and has no finite variance to allow for.
        total += (ALLOWANCE / surplus) ** 2 if surplus else 0.0
    if setting.width is not None:
        spare = float(evaluate_expression(sy.width - sy.df2, point))
        total += (ALLOWANCE / spare) ** 2
    generators = zip(fits(setting, None), generation_points(setting, point), strict=True)
    for (_, each, noisy), here in generators:
        if noisy or each.lam0 or here.values[sy.kappa0]:
            surplus = float(evaluate_expression(sy.gathered - sy.df2_0, here))
            total += (ALLOWANCE / surplus) ** 2
    return total
