"""The theorem that claims are about, T2 in the limit, written down once more; and its sums.

    E = bias + variance + synthetic,   lam = kappa (1 - P1/T),   gamma = P2/T,
    bias = Q2/(1-gamma),  variance = sigma^2 gamma/(1-gamma),
    synthetic = n sigma0^2 (P2 + gamma/(1-gamma) R2)/(T0-d),

with P_j = sum s^j/(s+kappa)^j, R_j = sum kappa^j/(s+kappa)^j and Q_j the same as R_j with weights
b_i = s_i w0_i^2.  Source: Dohmatob, Feng, Kempe 2024 (arXiv 2402.07712).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray
from sympy import (
    Add,
    Dummy,
    Expr,
    Function,
    Integer,
    Mul,
    Poly,
    binomial,
    diff,
    expand,
    factor,
    fraction,
    together,
)

from ridgeproof.theory.errors import InputError
from ridgeproof.verification.recheck.intervals import Interval, ball, symbols

__all__ = [
    "NAMES",
    "QUANTITIES",
    "LevelSum",
    "Levels",
    "enclosed_sums",
    "forms",
    "kappa_between",
    "levels",
    "slope",
]

# Terms of a polynomial that is factored whole.
_FEW_TERMS = 12
# How much longer a second writing of an expression may be.
_LONGER = 2
# Of powers of floats: the least kappa but 0, |log2| of products and of counts of directions.
_LEAST, _RANGE, _COUNT_BITS = 2.0**-50, 1000, 16

Array = NDArray[np.float64]

d, T, T0, n, sigma, sigma0, lam, kappa = symbols("d T T0 n sigma sigma0 lam kappa")


class LevelSum(Function):
    """Sum of w_i s_i^a kappa^c/(s_i+kappa)^m; w is the multiplicity (0) or the energy b_i (1)."""

    nargs = 5

    def fdiff(self, argindex: int = 5) -> Expr:
        """The derivative in kappa, by sums of the same kind."""
        w, a, c, m, x = self.args
        return c * LevelSum(w, a + 1, c - 1, m + 1, x) - (m - c) * LevelSum(w, a, c, m + 1, x)


def _sum(w: int, a: int, c: int, m: int) -> Expr:
    return LevelSum(w, a, c, m, kappa)


_P1, _P2, _R2, _Q2 = _sum(0, 1, 0, 1), _sum(0, 2, 0, 2), _sum(0, 0, 2, 2), _sum(1, 0, 2, 2)
_GAMMA = _P2 / T
QUANTITIES = {
    "bias": _Q2 / (1 - _GAMMA),
    "variance": sigma**2 * _GAMMA / (1 - _GAMMA),
    "synthetic": n * sigma0**2 * (_P2 + _GAMMA / (1 - _GAMMA) * _R2) / (T0 - d),
}
QUANTITIES["test_error"] = sum(QUANTITIES.values())
NAMES = {
    **{x.name: x for x in (d, T, T0, n, sigma, sigma0, lam, kappa)},
    "df1": _P1,
    "df2": _P2,
    "gamma": _GAMMA,
    "b": _sum(1, 0, 0, 0),
    "phi": d / T,
    "phi0": d / T0,
    "eta": T0 / d,
}


def slope(expression: Expr, name: str, ridge: Expr) -> Expr:
    """The derivative in a variable, kappa following lam = kappa (1 - P1/T), and lam its entry."""
    x = NAMES[name]
    follows = diff(ridge, x) if ridge != lam else int(x == lam)
    own = kappa * _P1 / T**2 if x == T else 0
    inner = diff(expression, kappa) * (follows - own) / (1 - _GAMMA)
    return diff(expression, x) + (diff(expression, lam) * follows if x != lam else 0) + inner


def forms(difference: Expr, *, at_zero: bool) -> list[Expr]:
    """What is left to be shown >= 0 once factors that are >= 0 are divided out, in two writings.

    These are settings, sums, even powers, T - P1 and T - P2 (lam >= 0), and T0 - d.  Where kappa
    may vanish, the first has its sums written so that they show it as a factor.  The second has all
    over one denominator, where df1 - df2 is a sum of positive terms.
    """
    if at_zero:
        sums = {x: x.args[:4] for x in difference.atoms(LevelSum)}
        outside = {x: kappa**c * _sum(w, a, 0, m) for x, (w, a, c, m) in sums.items()}
        difference = difference.xreplace(outside)
    first = _reduced(difference)
    second, most = _over_one(first), _LONGER * first.count_ops()
    if second.count_ops() <= most:
        second = _reduced(second)
    return [first, second] if second != first and second.count_ops() <= most else [first]


def _reduced(difference: Expr) -> Expr:
    known = [T0 - d, T - _P1, T - _P2]
    most = max([2, *(int(x.args[3]) for x in difference.atoms(LevelSum))])
    known += [_over_one(x, most) for x in known]
    sums = {x for each in (difference, *known) for x in each.atoms(LevelSum)}
    opaque = {x: Dummy(positive=True) for x in sorted(sums, key=str)}
    if not difference.xreplace(opaque).is_rational_function():
        return difference
    positive = [expand(x.xreplace(opaque)) for x in known]
    kept = Integer(1)
    above, below = fraction(together(difference.xreplace(opaque)))
    for factor_ in (*_factors(above, positive), *(1 / x for x in Mul.make_args(below))):
        base, power = factor_.as_base_exp()
        if base.is_positive or (power.is_Integer and power % 2 == 0) or expand(base) in positive:
            continue
        kept *= (-1) ** power if expand(-base) in positive else factor_
    return kept.xreplace({dummy: x for x, dummy in opaque.items()})


def _over_one(expression: Expr, most: int = 2) -> Expr:
    """The sums, and d, over one denominator: 1 = (s + kappa)/(s + kappa)."""
    sums = {x: [*map(int, x.args[:4])] for x in expression.atoms(LevelSum)} | {d: [0] * 4}
    most = max(most, *(m for *_, m in sums.values()))
    lifted = {
        x: Add(*(binomial(most - m, j) * _sum(w, a + most - m - j, c + j, most)
                 for j in range(most - m + 1)))
        for x, (w, a, c, m) in sums.items()
    }  # fmt: skip
    return expression.xreplace(lifted)


def _factors(above: Expr, positive: list[Expr]) -> list[Expr]:
    """Of a short polynomial all; of a long one, which SymPy would factor for minutes, the known."""
    above = expand(above)
    if len(Add.make_args(above)) <= _FEW_TERMS:
        return list(Mul.make_args(factor(above)))
    powers, rest = Poly(above).terms_gcd()
    found = [x**power for x, power in zip(rest.gens, powers, strict=True)]
    for known in positive:
        while known.free_symbols <= set(rest.gens):
            quotient, left = rest.div(Poly(known, *rest.gens))
            if not left.is_zero:
                break
            rest = quotient
    return [*found, rest.as_expr()]


class Levels:
    """Eigenvalues, how many directions share each, and their energies s w0^2 in all, as floats.

    Attributes:
        low, high: between which each eigenvalue lies.
        counts: of directions, exactly.
        least, most: between which each energy lies.
        bits: |log2| of what is held, at most.
    """

    def __init__(self, s: Sequence[Any], counts: Sequence[int], energies: Sequence[Any]) -> None:
        self.low, self.high = _floats(s)
        self.counts = np.array(counts, dtype=np.float64)
        self.least, self.most = _floats(energies)
        with np.errstate(divide="ignore"):
            held = np.log2([*self.low, *self.high, *self.least, *self.most])
        self.bits = float(np.max(np.abs(held))) + 1


def _floats(balls: Sequence[Any]) -> tuple[Array, Array]:
    """The ends of positive numbers, rounded outwards."""
    low = [max(math.nextafter(float(x.lower()), -math.inf), 0.0) for x in balls]
    high = [math.nextafter(float(x.upper()), math.inf) for x in balls]
    return np.array(low), np.array(high)


@lru_cache(maxsize=512)
def levels(spectrum: str, signal: str, size: int) -> Levels:
    """The levels of a spectrum in d directions.

    Raises:
        InputError: the spectrum or the signal is not one that is known here.
    """
    kind, _, rest = spectrum.partition(":")
    try:
        s = _eigenvalues(kind, rest, size)
    except (ValueError, ZeroDivisionError):
        s = None
    if s is None:
        remedy = "it takes isotropic, power-law:BETA, ar1:RHO, levels: and spiked:"
        raise InputError("spectrum", spectrum, "is none that recheck knows", remedy)
    values, counts = zip(*s, strict=True)
    if signal == "flat":
        return Levels(values, counts, [value * count / size for value, count in s])
    source = _source(signal) if kind == "power-law" else None
    if source is not None:
        decay = -(1 + 2 * Fraction(rest) * source)
        energies = [arb(i) ** ball(decay) for i in range(1, size + 1)]
        total = sum(energies, start=arb(0))
        return Levels(values, counts, [e / total for e in energies])
    raise InputError("signal", signal, "is none that recheck knows", "it takes flat and source:R")


def _source(signal: str) -> Fraction | None:
    kind, _, rest = signal.partition(":")
    try:
        found = Fraction(rest) if kind == "source" else None
    except (ValueError, ZeroDivisionError):
        return None
    return found if found is not None and found >= 0 else None


def _eigenvalues(kind: str, rest: str, size: int) -> list[tuple[Any, int]] | None:
    if kind == "isotropic" and not rest:
        return [(arb(1), size)]
    if kind == "power-law" and Fraction(rest) >= 0:
        return [(arb(i) ** ball(-Fraction(rest)), 1) for i in range(1, size + 1)]
    if kind == "ar1":
        return _autoregressive(Fraction(rest), size)
    if kind not in {"levels", "spiked"}:
        return None
    parts = [part.strip().partition("*") for part in rest.split(",")]
    counts = [int(count) if star else 0 for _, star, count in parts]
    # The rest of the directions share the level that has no count.
    left = size - sum(counts)
    if counts.count(0) != (left > 0) or left < 0 or min(counts) < 0:
        return None
    if any(Fraction(value) <= 0 for value, _, _ in parts):
        return None
    pairs = zip(parts, counts, strict=True)
    return [(ball(Fraction(value)), count or left) for (value, _, _), count in pairs]


def _autoregressive(rho: Fraction, size: int) -> list[tuple[Any, int]] | None:
    """Eigenvalues of the covariance rho^|i-j|, from the roots of its characteristic equation.

        s = (1 - r^2)/(1 - 2 r cos t + r^2),   r = |rho|,
        sin((d+1) t) - 2 r sin(d t) + r^2 sin((d-1) t) = 0,   0 < t < pi.

    Divided by sin t that is a polynomial in cos t of degree d, and its sign turns between
    neighbours of k pi/(d+1): one root lies between any two.  Each is halved in on in float64, and
    a turn of sign in balls around what was found says that it is there.  Source: Kac, Murdock,
    Szego 1953.
    """
    r = abs(rho)
    if not 0 < r < 1:
        return [(arb(1), size)] if r == 0 else None
    near, exact = float(r), ball(r)

    def turning(t: Any, sin: Any, q: Any) -> Any:
        return sin((size + 1) * t) - 2 * q * sin(size * t) + q * q * sin((size - 1) * t)

    def level(t: Any) -> Any:
        return (1 - exact * exact) / (1 - 2 * exact * arb.cos(t) + exact * exact)

    found: list[tuple[Any, int]] = []
    last = arb(0)
    for k in range(size):
        low, high = k * math.pi / (size + 1), (k + 1) * math.pi / (size + 1)
        for _ in range(80):
            middle = (low + high) / 2
            # Before the root the sign is that of the end below it.
            before = turning(middle, math.sin, near) * (-1) ** k > 0
            low, high = (middle, high) if before else (low, middle)
        for width in (1e-15, 1e-14, 1e-13, 1e-12, 1e-11):
            ends = arb(low) * (1 - arb(width)), arb(high) * (1 + arb(width))
            signs = [turning(t, arb.sin, exact) * (-1) ** k for t in ends]
            if signs[0] > 0 and signs[1] < 0 and last < ends[0]:
                break
        else:
            return None
        last = ends[1]
        found.append((level(ends[0]).union(level(ends[1])), 1))
    return found if last < arb.pi() else None


# --- sums of positive terms in float64, correctly rounded operations on numbers far from under- and
# overflow: k of them move a term, and n terms their sum, by a share of at most 2 (k + n) 2^-53
# (Higham 2002, Accuracy and Stability, lemma 3.1 and section 4.2).


def enclosed_sums(
    wanted: Iterable[LevelSum], held: Levels, between: Interval
) -> dict[Expr, Interval]:
    """Every sum for kappa between two ends: each term rises to kappa = c s/(m-c), then falls.

    A kappa next to zero is rounded away from where powers would underflow; a sum that may leave
    the range of floats is any number.
    """
    (low, _), (_, high) = (x.tolist() for x in _floats([between.low, between.high]))
    low = 0.0 if low < _LEAST else low
    high = max(high, _LEAST) if between.high > 0 else 0.0
    ends = [abs(math.log2(x)) for x in (low, high) if x > 0]
    bits = max([held.bits, *ends]) + 1

    def at(s: Array, kappa: Any, c: int, m: int) -> Array:
        below = 1 / (s + kappa)
        return _power(kappa * below, c) * _power(below, m - c)

    found = {}
    for each in wanted:
        w, a, c, m = map(int, each.args[:4])
        # Each factor is below 2^(2 bits), and there are |a| + m of them, and a weight.
        if not (0 <= c <= m and (abs(a) + m + 1) * 2 * bits + _COUNT_BITS < _RANGE):
            found[each] = Interval(arb("-inf"), arb("inf"))
            continue
        if c == 0:
            first, last = at(held.high, high, c, m), at(held.low, low, c, m)
        elif c == m:
            first, last = at(held.high, low, c, m), at(held.low, high, c, m)
        else:
            first = np.minimum(at(held.high, low, c, m), at(held.high, high, c, m))
            # At the peak the term is flat: the rounding of the place is felt in second order.
            last = at(held.low, np.clip(c / (m - c) * held.low, low, high), c, m)
        least, most = (held.least, held.most) if w else (held.counts, held.counts)
        scale = (held.low, held.high) if a >= 0 else (1 / held.high, 1 / held.low)
        below = float((least * _power(scale[0], abs(a)) * first).sum())
        above = float((most * _power(scale[1], abs(a)) * last).sum())
        margin = _margin(2 * abs(a) + 5 * m + 8 + len(held.low))
        found[each] = Interval(arb(below) * (1 - margin), arb(above) * (1 + margin))
    return found


def _margin(operations: int) -> Any:
    return arb(2 * operations) * arb(2) ** -53


def _power(base: Any, exponent: int) -> Any:
    result = 1.0
    for _ in range(exponent):
        result = result * base
    return result


def kappa_between(held: Levels, ridge: Interval, rows: Interval) -> Interval:
    """Kappa rises with lam and falls with T, so that two corners bound it."""
    return Interval(_kappa(held, ridge.low, rows.high)[0], _kappa(held, ridge.high, rows.low)[1])


def _kappa(held: Levels, ridge: Any, rows: Any) -> tuple[Any, Any]:
    """A bracket of the largest root of f(k) = k - sum s k/(s+k)/T = lam.

    f is convex with f(0) = 0 <= lam: f(k) >= lam says that k is above, and f(k) <= lam below.
    """
    if ridge == 0 and rows >= int(held.counts.sum()):
        return arb(0), arb(0)
    s, counts, t, goal = held.low, held.counts, float(rows), float(ridge)
    k = most = goal + float((s * counts).sum()) / t
    if not (held.bits + abs(math.log2(most + 1)) + _COUNT_BITS < _RANGE):
        return arb(0), arb("inf")
    for _ in range(60):
        share = s / (s + k)
        weighed = counts * share
        value = k * (1 - float(weighed.sum()) / t) - goal
        rise = 1 - float((weighed * share).sum()) / t
        step = value / rise if rise > 0 else 0.0
        k, before = min(max(k - step, 0.0), most), k
        if abs(k - before) <= 1e-15 * before:
            break
    margin = _margin(len(s) + 8)

    def df1(at: float) -> Interval:
        below, above = ((counts * (x / (x + at))).sum() for x in (s, held.high))
        return Interval(arb(float(below)) * (1 - margin), arb(float(above)) * (1 + margin))

    for width in (3e-14, 1e-12, 1e-9, 1e-6, 1e-3):
        low, high = k * (1 - width), k * (1 + width) + 1e-300
        below, above = arb(low), arb(high)
        if (
            below * (1 - df1(low).low / rows) <= ridge
            and above * (1 - df1(high).high / rows) >= ridge
        ):
            return below, above
    return arb(0), arb("inf")
