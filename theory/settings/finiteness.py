"""Which labels are noisy, and when the expected test error or its variance is infinite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ridgeproof.theory.errors import InfiniteExpectation
from ridgeproof.theory.settings.features import Gaussian, Rademacher
from ridgeproof.theory.settings.generations import Generation
from ridgeproof.theory.settings.relevant import relevant
from ridgeproof.theory.settings.setting import Setting

__all__ = [
    "Threshold",
    "apart",
    "fits",
    "is_downstream_noisy",
    "is_finite",
    "require_finite",
    "require_finite_limit",
    "thresholds",
]


@dataclass(frozen=True)
class Threshold:
    """An unregularised fit whose noisy labels make heavy tails: its rows are close to its size.

    ``name`` is that of the rows: T of the downstream fit, T0 of a generator.  ``size`` is d, or
    the width of random features that are too few for the signal (``narrow``); ``generator`` counts
    the distinct ones from 1.
    """

    name: str
    rows: int
    size: int
    narrow: bool = False
    generator: int = 0


def thresholds(setting: Setting, gap: int) -> Iterator[Threshold]:
    """The fits without ridge on noisy labels whose rows lie within ``gap`` of their size.

    The error has the tail index (distance + 1)/2 there: an infinite mean within 1, an infinite
    variance within 3.  Generators come first, whose noise no downstream ridge tames.  Source:
    derived here (see docs/theory.md).

    The law of the features changes nothing where its entries have a continuous density, positive
    around 0: the error grows with the inverse square of the distance of one column of X (one row,
    for T < d) from the span of the others, in |T - d| + 1 dimensions, where that distance has a
    bounded and positive density.  Heavy tails make distances longer, which does no harm; a scale
    for each row changes them by bounded factors.  Signs have finitely many designs, so that
    everything is finite (and, near T = d, ruled by the rarest of them).
    """
    d, T, width = setting.d, setting.T, setting.width
    if isinstance(setting.features, Rademacher) and width is None:
        return
    for number, (rows, each, noisy) in enumerate(fits(setting, d + gap), start=1):
        if noisy and each.lam0 == 0 and abs(rows - d) <= gap:
            yield Threshold("T0", rows, d, generator=number)
    if setting.lam > 0:
        return
    narrow = width is not None and (width < d or T < width == d)
    size = width if width is not None and narrow else d
    if (narrow or is_downstream_noisy(setting)) and abs(T - size) <= gap:
        yield Threshold("T", T, size, narrow)


def require_finite(setting: Setting) -> None:
    """Raise InfiniteExpectation when the expected test error of the setting is infinite.

    The inverse Wishart moment E tr (X'X)^+ is infinite for T in {d-1, d, d+1}; it enters whenever
    label noise meets an unregularised fit (`thresholds`).

    Raises:
        InfiniteExpectation: a generator without ridge is fitted on noisy labels in d - 1, d or
            d + 1 rows (all its rows, in an accumulating chain); or lam = 0, the downstream labels
            are noisy, and |T - d| <= 1.  On random features narrower than d the width takes the
            place of d, and what they leave out of the signal is noise.  As many features as
            dimensions can be nearly dependent, which T = d - 1 rows do not forgive either.
    """
    found = next(thresholds(setting, 1), None)
    if found is None:
        return
    size, narrow = found.size, found.narrow
    if found.name == "T0":
        raise _infinite_chain(setting, found)
    raise InfiniteExpectation(
        "T",
        found.rows,
        f"lies within 1 of {'the width' if narrow else 'd'} = {size}, where the ridgeless fit "
        "has infinite expected error",
        f"take {apart('T', size)}, or lam > 0{'' if narrow else _or_quiet(setting)}",
    )


def apart(name: str, size: int) -> str:
    """The values of a number of rows that do not lie within 1 of a size, in words.

    >>> apart("T", 10), apart("T", 2)
    ('T <= 8 or T >= 12', 'T >= 4')
    """
    below = f"{name} <= {size - 2} or " if size > 2 else ""
    return f"{below}{name} >= {size + 2}"


def _infinite_chain(setting: Setting, found: Threshold) -> InfiniteExpectation:
    """The refusal of a generator, in terms of the T0 that was given: a number, or a list."""
    d = setting.d
    where, remedy = f"lies within 1 of d = {d}", apart("T0", d)
    if setting.gathers or setting.schedule:
        where = f"gives generator {found.generator} its {found.rows} rows, within 1 of d = {d}"
    if setting.gathers:
        remedy = f"a T0 that brings no sum of sets within 1 of {d}"
    noises = {"sigma0": any(each.sigma0 for each in setting.distinct_generations)}
    if setting.weights:
        noises |= _downstream_noises(setting)
    quiet = " and ".join(f"{name} = 0" for name, given in noises.items() if given)
    return InfiniteExpectation(
        "T0",
        setting.canonical()["T0"],
        f"{where}, where a generator fitted without ridge on noisy labels has infinite expected "
        "error, whatever lam is",
        f"take {remedy}, or lam0 > 0, or {quiet}",
    )


def _downstream_noises(setting: Setting) -> dict[str, bool]:
    """Which of the label noises of the downstream set, as they are given, are not 0."""
    return {"sigma": setting.sigma > 0, "sigma_real": bool(setting.sigma_real)}


def _or_quiet(setting: Setting) -> str:
    """The noises without which the downstream labels have none, as one more remedy."""
    if is_downstream_noisy(setting.silenced("sigma", "sigma_real")):
        return ""
    noises = _downstream_noises(setting)
    return ", or " + " and ".join(f"{name} = 0" for name, given in noises.items() if given)


def is_finite(setting: Setting, quantity: str = "test_error", *, limit: bool = False) -> bool:
    """Whether a quantity has a finite expectation: the error or one of its terms.

    The optimal_lam exists where some lam gives a finite error.  With ``limit`` that of normal
    features counts, as in `require_finite_limit`.
    """
    free = quantity == "optimal_lam"
    require = require_finite_limit if limit else require_finite
    try:
        require(setting.with_(lam=Fraction(1)) if free else relevant(setting, quantity))
    except InfiniteExpectation:
        return False
    return True


def require_finite_limit(setting: Setting) -> None:
    """Raise InfiniteExpectation as for normal features: the limits do not see the law.

    Raises:
        InfiniteExpectation: as `require_finite`.
    """
    require_finite(setting.with_(features=Gaussian()))


def fits(setting: Setting, enough: int | None) -> Iterator[tuple[int, Generation, bool]]:
    """The rows that each generator is fitted on, its generation, and whether labels are noisy.

    As far as they differ, gathered sets beyond ``enough`` rows left out; with None every one.
    """
    noisy = False
    stages = setting.stages() if enough is None else setting.distinct_stages(enough)
    for each, weight, rows in stages:
        # Noise of any earlier set stays in a gathered one.
        noisy = _is_noisy(setting, each, weight) or (setting.gathers and noisy)
        yield rows, each, noisy


def _is_noisy(setting: Setting, generation: Generation, weight: Fraction) -> bool:
    """Whether the labels of a generation carry noise, synthetic or real."""
    return (weight < 1 and generation.sigma0 > 0) or (weight > 0 and setting.real_noise > 0)


def is_downstream_noisy(setting: Setting) -> bool:
    """Whether the downstream labels deviate from one linear function of the features.

    With real and synthetic rows they do as soon as the last generator differs from the truth.
    """
    share = setting.synthetic_fraction
    if (share > 0 and setting.sigma > 0) or (share < 1 and setting.real_noise > 0):
        return True
    return 0 < share < 1 and any(
        noisy or each.lam0 > 0 or rows < setting.d
        for rows, each, noisy in fits(setting, setting.d + 1)
    )
