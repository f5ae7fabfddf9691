"""The downstream theory (T3) for any generator that states its first two moments."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array, Float64
from ridgeproof.numerics.point import make_point
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.setting import Setting

__all__ = ["MomentsOf", "downstream_error"]

# (setting, s, w0sq) -> (f, a): E[w_n,i] = f_i w0_i and E[w_n,i^2] = a_i on every level.
MomentsOf = Callable[[Setting, Array, Array], tuple[Array, Array]]


def downstream_error(setting: Setting, generator: MomentsOf) -> float:
    """The limit of the test error downstream of a generator of one's own.

    The functional (T3) evaluated in float64; the setting's own chain (n, T0, sigma0, lam0) is for
    the generator to use.  Every generator independent of the downstream draws is covered.

    Args:
        setting: the downstream fit, its spectrum and its signal.
        generator: (setting, s, w0sq) -> (f, a), arrays over the levels: the mean as a factor of
            w0, and the second moment.

    Raises:
        InputError: the moments have the wrong shape, or belong to no random vector (a < m^2).

    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> clean = make_setting(d=10, T=40, sigma=1, lam=0)
    >>> round(downstream_error(clean, lambda setting, s, w0sq: (s * 0 + 1, w0sq)), 12)
    0.333333333333
    """
    spectrum = build_spectrum(setting, Float64())
    f, a = (np.asarray(part, dtype=float) for part in generator(setting, spectrum.s, spectrum.w0sq))
    for name, part in (("mean factor", f), ("second moment", a)):
        if part.shape != spectrum.s.shape or not np.isfinite(part).all():
            raise InputError(
                f"generator's {name}", part.shape, f"is not finite of shape {spectrum.s.shape}",
                "return one number for each level",
            )  # fmt: skip
    if (a < f**2 * spectrum.w0sq * (1 - 1e-12)).any():
        raise InputError(
            "generator's second moment", a.min(), "is below the square of its mean", "check a"
        )
    point = make_point(setting, Float64()).with_moments(a=a, m=f)
    return float(evaluate_expression(find("moments").expression("test_error"), point))
