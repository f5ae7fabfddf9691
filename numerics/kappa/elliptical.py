"""The ratio q of elliptical least squares: E[tau q/(1 + tau q)] = d/T, for T > d.

With 1/q in the place of kappa, tau in the place of an eigenvalue and its probability in the place
of a multiplicity, the equation reads df_1(1/q) = d/T: it is the ridgeless fixed point of the rows,
d of them in T dimensions, and is solved as such, in every engine.  Derived here.
"""

from __future__ import annotations

import math
from fractions import Fraction

from ridgeproof.numerics.arithmetic.precision import Engine, Number
from ridgeproof.numerics.kappa.fixed_point import solve_kappa
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.features import Elliptical
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import Energies, Levels

__all__ = ["elliptical_ratio"]


def elliptical_ratio(law: Elliptical, d: int, rows: int, engine: Engine) -> Number:
    """Solve E[tau q/(1 + tau q)] = d/rows for q > 0, a number of the engine.

    Raises:
        InputError: rows <= d, where least squares has no such ratio.
        SolverError: no certified root.

    >>> from ridgeproof.numerics.arithmetic.precision import Float64
    >>> from ridgeproof.theory.settings.features import parse_features
    >>> q = elliptical_ratio(parse_features("elliptical:1*1"), 10, 30, Float64())  # d/(T-d)
    >>> round(float(q), 12)
    0.5
    """
    if rows <= d:
        raise InputError("rows", rows, f"must exceed d = {d}", "take more rows")
    copies = math.lcm(*(probability.denominator for _, probability in law.atoms))
    levels = tuple((value, int(probability * copies * rows)) for value, probability in law.atoms)
    twin = Setting(
        d=rows * copies,
        T=d * copies,
        spectrum=Levels(levels),
        signal=Energies((Fraction(0),) * len(levels)),
    )
    kappa = solve_kappa(build_spectrum(twin, engine), 0, twin.T, engine).value
    with engine.scope():
        return 1 / kappa
