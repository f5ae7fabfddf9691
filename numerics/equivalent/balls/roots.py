"""Roots in balls, proved: Newton on midpoints, then one Krawczyk step on a box around them.

The unknowns of one fit are its responses h_g, and f = h_F on random features (one otherwise):

    h_g = 1/(mu + sum_i B_g f/D),   f = 1/(mu_a + sum_i m P/(width D)),   P = sum_b A_b h_b,
    D = nu + f P.

Where the step K(X) = x - Y (x - F(x)) + (1 - Y (1 - F'(X))) (X - x) lies inside the box X, there
is one solution in X, and it lies in K(X).  (In complex boxes too: F(y) - F(x) is F' averaged over
the segment times y - x.)  That it is the one on the branch is proved as well:

- lam >= 0: the positive solution is the only one.
- any real lam, no random features: F, in h for (mu, nu) = (1, lam) and in 1/h for (lam, 1), is
  increasing and concave where h and D are positive.  At a fixed point y with spectral radius of
  F'(y) below one any other one, z, has z - y <= F'(y) (z - y), hence z <= y: it is the largest.
  The branch begins at large lam with the only one and is left where that radius reaches one, at
  the spectral edge.  The radius is below one if (1 - F'(X)) v > 0 for some v > 0.
- complex lam: the only solution with Im h_g Im lam < 0.

Derived here.  Nothing proved depends on the start, which float64 gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from flint import acb, acb_mat, arb, arb_mat, ctx, fmpq

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Array, Number, object_array
from ridgeproof.numerics.equivalent.fits import FloatRoots
from ridgeproof.numerics.equivalent.several import Kinds
from ridgeproof.numerics.kappa.fixed_point import solve_kappa
from ridgeproof.numerics.spectra.spectral_levels import make_spectrum
from ridgeproof.theory.errors import NotBuilt, SolverError

__all__ = ["BallRoots", "ball", "in_floats", "matrix_of", "matrix_power"]

_MAX_STEPS = 60
_MAX_WIDENINGS = 6


def ball(number: Number) -> Number:
    """A rational as a ball; other numbers as they are."""
    return arb(number) if isinstance(number, fmpq | int) else number


def in_floats(values: Array) -> Array:
    """Midpoints in double precision, complex where some ball is."""
    if values.dtype != object:
        return values
    try:
        return values.astype(np.float64)
    except TypeError:
        return values.astype(np.complex128)


def matrix_of(rows: Sequence[Sequence[Number]]) -> Any:
    """A matrix of flint, complex where some entry is."""
    entries = [[ball(each) for each in row] for row in rows]
    is_complex = any(isinstance(each, acb) for row in entries for each in row)
    return acb_mat(entries) if is_complex else arb_mat(entries)


def matrix_power(matrices: Array, count: int) -> Array:
    """Powers of matrices, (points, size, size); of balls for one point."""
    if matrices.dtype != object:
        return np.linalg.matrix_power(matrices, count)
    power = (matrix_of(matrices[0].tolist()) ** count).entries()
    return object_array(power).reshape(matrices.shape)


@dataclass(frozen=True)
class BallRoots(FloatRoots):
    """Roots for one point in balls of these digits; arrays hold balls and exact rationals."""

    engine: Balls
    start: FloatRoots = field(default_factory=FloatRoots)

    def kappa(self, s: Array, counts: Array, lam: Array, T: Array) -> Array:
        """For real lam right of the spectral edge; for complex lam with Im kappa Im lam > 0."""
        if isinstance(lam.item(), fmpq) and lam.item() >= 0:
            return self._exact(s, counts, lam, T, None)
        rough = self.start.kappa(in_floats(s), in_floats(counts), in_floats(lam), in_floats(T))
        dual = isinstance(lam.item(), acb) or counts.sum() >= T.item()
        mu, nu = (lam.item(), 1) if dual else (1, lam.item())
        silent = np.zeros((1, 1), dtype=bool)
        fit = _Fit(Kinds(s[None, None, :], (counts * s / T)[None], silent), mu, nu)
        (h,) = fit.enclosed([(1 if dual else in_floats(lam).item()) / rough.item()], lam.item())
        return _number(1 / h if dual else lam.item() / h)

    def projected_kappa(self, s: Array, counts: Array, lam: Array, T: Array, width: Array) -> Array:
        """On random features."""
        if isinstance(lam.item(), fmpq):
            return self._exact(s, counts, lam, T, int(width.item()))
        raise NotBuilt("random features with a penalty over weight that is no fraction, in balls")

    def responses(self, kinds: Kinds, lam: Array, dual: Array) -> Array:
        """Of several kinds of rows."""
        at = lam.item()
        rough = self.start.responses(_floats_of(kinds), in_floats(lam), dual)[0]
        mu, nu = (at, 1) if dual.item() or isinstance(at, acb) else (1, at)
        loud = ~kinds.silent[0]
        fit = _Fit(_only(kinds, loud), mu, nu)
        return _loud(fit.enclosed(rough[loud].tolist(), at), loud)

    def projected_responses(
        self, kinds: Kinds, counts: Array, lam: Array, width: Array, least: Array
    ) -> tuple[Array, Array]:
        """Of several kinds of rows on random features."""
        at = lam.item()
        mu, mu_a, nu = (at if least.item() == place else 1 for place in range(3))
        rough, rough_f = self.start.projected_responses(
            _floats_of(kinds), in_floats(counts), in_floats(lam), in_floats(width), least
        )
        loud = ~kinds.silent[0]
        fit = _Fit(_only(kinds, loud), mu, nu, counts / width.item(), mu_a)
        *h, f = fit.enclosed([*rough[0][loud].tolist(), rough_f.item()], at)
        return _loud(h, loud), _number(f)

    def _exact(self, s: Array, counts: Array, lam: Array, T: Array, width: int | None) -> Array:
        spectrum = make_spectrum(s, counts, s)
        number = lam.item()
        exact = Fraction(int(number.p), int(number.q))
        return _number(solve_kappa(spectrum, exact, int(T.item()), self.engine, width).value)


def _number(value: Number) -> Array:
    return object_array([value])[:, None]


def _loud(h: list[Number], loud: Array) -> Array:
    whole = np.ones((1, len(loud)), dtype=object)
    whole[0, loud] = h
    return whole


def _only(kinds: Kinds, loud: Array) -> Kinds:
    return Kinds(kinds.A[:, loud], kinds.B[:, loud], kinds.silent[:, loud])


def _floats_of(kinds: Kinds) -> Kinds:
    return Kinds(in_floats(kinds.A), in_floats(kinds.B), kinds.silent)


@dataclass(frozen=True, eq=False)
class _Fit:
    """The equations of one fit, with no silent kinds.

    On random features ``shares`` is m/width, (directions,), and f the last unknown.
    """

    kinds: Kinds
    mu: Number
    nu: Number
    shares: Array | None = None
    mu_a: Number = 1

    def at(self, x: list[Number]) -> tuple[list[Number], list[list[Number]], Array]:
        """F(x), F'(x) and D."""
        h = object_array(x if self.shares is None else x[:-1])
        f = arb(1) if self.shares is None else x[-1]
        (F,), (slope,), (D,) = self.kinds.responses(h[None], self.mu, self.nu, f)
        if self.shares is None:
            return F.tolist(), slope.tolist(), D
        (A,), (B,) = self.kinds.A, self.kinds.B
        rest, P = self.shares / D, h @ A
        own = 1 / ((rest * P).sum() + self.mu_a)
        right = -(F**2) * ((B / D**2).sum(axis=1) * self.nu)
        below = -(own**2) * self.nu * ((rest / D) @ A.T)
        corner = own**2 * (rest * P * P / D).sum()
        rows = [[*row, each] for row, each in zip(slope.tolist(), right.tolist(), strict=True)]
        return [*F.tolist(), own], [*rows, [*below.tolist(), corner]], D

    def enclosed(self, start: Sequence[complex], lam: Number) -> list[Number]:
        """The solution near a start, on the branch of lam.

        Raises:
            SolverError: none is proved there, or it lies on no branch.
        """
        x = self._approached([acb(x) if isinstance(x, complex) else arb(x) for x in start])
        F, slope, _ = self.at(x)
        Y = _linearised(slope).mid()
        Y = _inverse(Y).mid()
        step = _times(Y, [a - b for a, b in zip(F, x, strict=True)])
        radii = [
            4 * abs(move).upper() + abs(each).upper() * arb(2) ** (8 - ctx.prec)
            for move, each in zip(step, x, strict=True)
        ]
        for _ in range(_MAX_WIDENINGS):
            spread = [
                acb(arb(0, r), arb(0, r)) if isinstance(each, acb) else arb(0, r)
                for each, r in zip(x, radii, strict=True)
            ]
            box = [each + some for each, some in zip(x, spread, strict=True)]
            _, slopes, D = self.at(box)
            left = _identity(len(x)) - Y * _linearised(slopes)
            moved = _times(left, spread)
            image = [a + b + c for a, b, c in zip(x, step, moved, strict=True)]
            if all(a.contains_interior(b) for a, b in zip(box, image, strict=True)):
                self._require_branch(image, slopes, D, lam)
                return image
            radii = [16 * r for r in radii]
        raise SolverError("the Krawczyk step does not contract: ask for more digits")

    def _approached(self, x: list[Number]) -> list[Number]:
        """Newton on midpoints until it no longer gains."""
        last = arb("inf")
        for _ in range(_MAX_STEPS):
            F, slope, _ = self.at(x)
            inverse = _inverse(_linearised(slope).mid())
            step = _times(inverse, [a - b for a, b in zip(F, x, strict=True)])
            size = max(abs(a.mid() / b.mid()).upper() for a, b in zip(step, x, strict=True))
            x = [(a + b).mid() for a, b in zip(x, step, strict=True)]
            if size < arb(2) ** (8 - ctx.prec) or (size < 1e-6 and not size < last):
                return x
            last = size
        raise SolverError("Newton on the responses of a fit does not settle: ask for more digits")

    def _require_branch(
        self, x: list[Number], slopes: list[list[Number]], D: Array, lam: Number
    ) -> None:
        if isinstance(lam, acb):
            right = all(each.imag * lam.imag < 0 for each in x)
        else:
            right = all(each > 0 for each in x) and all(each > 0 for each in D)
            if right and self.shares is None:
                ones = [arb(1)] * len(x)
                v = [e.mid() for e in _times(_inverse(_linearised(slopes).mid()), ones)]
                right = all(e > 0 for e in [*v, *_times(_linearised(slopes), v)])
        if not right:
            raise SolverError("a root of a fit was found that is not proved to be on its branch")


def _identity(size: int) -> Any:
    return arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])


def _linearised(slope: list[list[Number]]) -> Any:
    """1 - F'."""
    return _identity(len(slope)) - matrix_of(slope)


def _times(matrix: Any, vector: Sequence[Number]) -> list[Number]:
    return [row[0] for row in (matrix * matrix_of([[each] for each in vector])).tolist()]


def _inverse(matrix: Any) -> Any:
    try:
        return matrix.inv()
    except ZeroDivisionError:
        raise SolverError("the equations of a fit are singular: it is at its threshold") from None
