"""increases-in and decreases-in: from one value of a variable to the next."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import mpmath

from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.domains.entries import SIZES, RealInterval
from ridgeproof.theory.settings.relevant import relevant
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.ladder.choosers import moved
from ridgeproof.verification.conjectures.ladder.claimed import DIGITS
from ridgeproof.verification.conjectures.ladder.precise import SEPARATION
from ridgeproof.verification.conjectures.ladder.truth import known_value
from ridgeproof.verification.testing.counterexample import Counterexample

__all__ = ["Change", "examine_change", "next_values"]

# Steps of a real, in its interval.
_SHARES = (Fraction(1, 20), Fraction(1, 4))
# One for turns close to an end, which theory can see and simulation cannot.
_FINE = Fraction(1, 1000)


@dataclass(frozen=True)
class Change:
    """What theory says of one change: whether it knows, and the counterexample if it is wrong.

    ``margin`` is the relative change in the claimed direction, per octave of a size or interval
    of a real.
    """

    known: bool
    margin: float | None = None
    counterexample: Counterexample | None = None


def next_values(
    conjecture: Conjecture, setting: Setting, *, fine: bool = False
) -> Iterator[Setting]:
    """Settings with the variable's next values; derived entries follow, all else is held fixed.

    With ``fine`` a very small step of a real comes first.
    """
    variable = conjecture.variable
    assert variable is not None
    name = variable.name
    value = Fraction(getattr(setting, name))
    steps = [value + 1, value + 2, 2 * value]
    entry = conjecture.domain[name]
    if name not in SIZES:
        assert isinstance(entry, RealInterval)
        shares = (_FINE, *_SHARES) if fine else _SHARES
        steps = [value + (entry.most - entry.least) * share for share in shares]
    if name == "synthetic_fraction":  # whole rows
        steps = [Fraction(math.ceil(step * setting.T), setting.T) for step in steps]
    for step in dict.fromkeys(step for step in steps if step > value):
        for start in _starts(conjecture.domain, setting) if name == "n" else [setting]:
            there = moved(conjecture.domain, start, name, step)
            if there is not None:
                yield there


def _starts(domain: Domain, setting: Setting) -> Iterator[Setting]:
    """Clean data under every design and kind of chain that they may begin; else the setting."""
    if setting.n:
        yield setting
        return
    for design, chain in product(domain.options("design"), domain.options("chain")):
        yield setting.with_(design=design, chain=chain)


def examine_change(conjecture: Conjecture, before: Setting, after: Setting) -> Change:
    """Put one change before the derived theory."""
    quantity = conjecture.quantity
    if relevant(before, quantity) == relevant(after, quantity):
        return Change(known=True, margin=0.0)
    first, last = (known_value(each, quantity, conjecture.kind) for each in (before, after))
    if first is None or last is None:
        return Change(known=False)
    sign = 1 if conjecture.relation == "increases-in" else -1
    with mpmath.workdps(DIGITS):
        least, most = mpmath.mpf(first.value), mpmath.mpf(last.value)
        if least == most:  # both may be infinite
            return Change(known=True, margin=0.0)
        slack = first.radius + last.radius
        if mpmath.isfinite(least):
            slack += abs(least) * mpmath.mpf(10) ** -SEPARATION
        if sign * (most - least) >= -slack:
            scale = max(abs(least), abs(most))
            rise = 1.0 if mpmath.isinf(scale) else max(float(sign * (most - least) / scale), 0.0)
            return Change(known=True, margin=rise / _step(conjecture, before, after))
        name = str(conjecture.variable)
        shown = last if mpmath.isinf(last.value) else first
        example = Counterexample(
            after,
            f"change of {quantity} from {name} = {getattr(before, name)}",
            ">= 0" if sign > 0 else "<= 0",
            mpmath.nstr(most - least, 12),
            None,
            shown.source,
            term=quantity,
            before=before,
            exact=shown.exact and bool(shown.formulas),
        )
    return Change(known=True, margin=-1.0, counterexample=example)


def _step(conjecture: Conjecture, before: Setting, after: Setting) -> float:
    """How far apart two values of the variable are: in octaves, or as a share of the interval."""
    name = str(conjecture.variable)
    entry, least, most = conjecture.domain[name], getattr(before, name), getattr(after, name)
    if isinstance(entry, RealInterval):
        return float((most - least) / (entry.most - entry.least))
    return math.log2((most + 1) / (least + 1))
