"""What a quantity depends on: a setting without all that this term of the error ignores."""

from __future__ import annotations

from fractions import Fraction

from ridgeproof.theory.settings.features import Rademacher
from ridgeproof.theory.settings.setting import Setting

__all__ = ["relevant"]


def relevant(setting: Setting, quantity: str) -> Setting:
    """The setting without what the quantity does not depend on, exactly and at every size.

    The error is quadratic in the truth and the label noises, which are independent: the bias sees
    no noise, the synthetic term none downstream, and the variance none of the generators' own; it
    sees no chain either where that has no real labels of its own.  A fit without ridge
    and without noise on d rows or more returns what it learns from, so that the bias sees no such
    chain either, and neither it nor the synthetic term how many rows there are: T = 2 d stands for
    them all (signs may be linearly dependent, and are left out).  Source: derived here, from the
    definitions of the terms.

    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> print(relevant(make_setting(d=4, T=9, T0=5, n=7, sigma=1, sigma0=1), "bias"))
    d 4 T 8 sigma 0 lam 0 spectrum isotropic signal flat
    """
    match quantity:
        case "bias":
            silent = setting.silenced("sigma", "sigma0").with_(sigma_real=None)
            if _returns_truth(silent):
                silent = silent.clean().with_(synthetic_fraction=Fraction(1))
            return _passed_on(silent)
        case "variance":
            quiet = setting.silenced("sigma0")
            quiet = quiet if setting.weights else quiet.clean()
            if setting.weights or not _is_one_noise(setting):
                return quiet
            return quiet.with_(sigma_real=None, synthetic_fraction=Fraction(1))
        case "synthetic":
            return _passed_on(setting.silenced("sigma").with_(sigma_real=None))
    return setting


def _is_one_noise(setting: Setting) -> bool:
    """Whether all downstream labels have the same noise."""
    return setting.synthetic_fraction == 1 or setting.real_noise == setting.sigma


def _passed_on(setting: Setting) -> Setting:
    """A fit without ridge and noise on d rows or more is the last generator, whatever T is."""
    plain = setting.width is None and setting.synthetic_fraction == 1
    if plain and setting.lam == 0 and setting.T >= setting.d and _is_full_rank(setting):
        return setting.with_(T=2 * setting.d)
    return setting


def _returns_truth(setting: Setting) -> bool:
    """Whether every generator of a chain without noise is the truth, almost surely."""
    return _is_full_rank(setting) and all(
        each.lam0 == 0 and rows >= setting.d for each, _, rows in setting.distinct_stages(setting.d)
    )


def _is_full_rank(setting: Setting) -> bool:
    """Whether rows are independent almost surely; signs need not be."""
    return not isinstance(setting.features, Rademacher)
