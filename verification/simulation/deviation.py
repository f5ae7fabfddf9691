"""How far a mean lies from what is claimed of it, in standard errors; what is only rounding is not.

Every z of the project is `deviation`'s: of simulate, sweeps, figures and the evidence of verdicts.
"""

from __future__ import annotations

import math

import numpy as np

from ridgeproof.theory.settings.folds import noises_of
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.simulation.quantity_draws import isolate
from ridgeproof.verification.suite.theory_on_trial import signal_energy

__all__ = ["deviation", "finite", "mean_in_words", "scale_of"]

# Where nothing is random (a shared design without noise, say) the last digits alone differ...
_RELATIVE = 1e-10
# ... and where an error is 0, its simulation is what float64 leaves of the signal and the noises.
_ABSOLUTE = 64 * float(np.finfo(np.float64).eps)


def deviation(
    mean: float, theory: float | None, standard_error: float | None, *, scale: float = 0.0
) -> float | None:
    """z = (mean - theory)/standard_error; 0 where only the rounding of float64 sets the two apart.

    That is 1e-10 of the larger, and 64 eps of the scale: z tells nothing of what is smaller.

    Args:
        mean: of the repetitions.
        theory: what is claimed of it; None where nothing is.
        standard_error: None where there is none, 0 where all repetitions agree.
        scale: of the numbers that the mean is what is left of (`scale_of`).

    Returns:
        None without a theory or a standard error; infinite where the latter is 0.

    >>> deviation(2.0, 1.0, 0.5), deviation(3e-31, 0.0, 1e-32, scale=1.0)
    (2.0, 0.0)
    """
    if theory is None or standard_error is None:
        return None
    gap = mean - theory
    if abs(gap) <= max(_RELATIVE * max(abs(theory), abs(mean)), _ABSOLUTE * scale):
        return 0.0
    return gap / standard_error if standard_error else math.copysign(math.inf, gap)


def finite(z: float | None) -> float | None:
    """The z that a record of plain numbers holds: None for an infinite one."""
    return None if z is None or math.isinf(z) else z


def scale_of(setting: Setting, quantity: str = "test_error") -> float:
    """b + sigma^2 + sigma0^2 (+ sigma_real^2), as far as the quantity is made of them."""
    part, keeps_truth = isolate(setting, quantity)
    noises = set(noises_of(part))
    energy = signal_energy(setting) if keeps_truth else 0.0
    return energy + sum(noise * noise for noise in map(float, noises))


def mean_in_words(mean: float | None, standard_error: float | None) -> str:
    """A mean with its standard error, as far as there are some.

    >>> mean_in_words(0.25, 0.0125)
    '0.25 +- 0.013 (standard error)'
    """
    shown = "not simulated" if mean is None else f"{mean:.6g}"
    return shown if standard_error is None else f"{shown} +- {standard_error:.2g} (standard error)"
