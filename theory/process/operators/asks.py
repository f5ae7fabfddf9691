"""risk, norm2, inner, mean_square, df, kappa, minimum and argmin: what may be asked."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ridgeproof.theory.process.builder import Builder, Expectation, Parameter, Profile, operator
from ridgeproof.theory.process.expressions import ONE, ZERO, Expression, Name, Number, walk
from ridgeproof.theory.process.graph import Fit, Truth
from ridgeproof.theory.process.linear import Combination, Vector, single
from ridgeproof.theory.process.operators.ridge import Ridge
from ridgeproof.theory.process.operators.rows import SIGMA, Rows

__all__ = ["Degrees", "Extremum", "Inner", "Kappa", "MeanSquare"]


@dataclass(frozen=True)
class Inner(Expectation):
    """E left' diag(metric) right."""

    left: Combination
    right: Combination
    metric: Expression = SIGMA


@dataclass(frozen=True)
class MeanSquare(Expectation):
    """E |vector|^2/rows."""

    vector: Vector


@dataclass(frozen=True)
class Degrees(Expectation):
    """1 - the response of a row of y - X m to that row of y, averaged over the rows of the fit."""

    fit: int


@dataclass(frozen=True)
class Kappa(Expectation):
    """kappa of a ridge fit on rows of one covariance and one weight."""

    fit: int


@dataclass(frozen=True)
class Extremum(Expectation):
    """The least value of an ask over a parameter, or where it is attained.

    Attributes:
        ask: the quantity.
        over: the parameter's name.
        low, high: the ends of the interval; None is infinity.
        place: whether the parameter's value is asked instead of the least value.
    """

    ask: Expression
    over: str
    low: Expression
    high: Expression | None
    place: bool


@operator(ask=True)
def risk(build: Builder, model: Combination, metric: Profile = SIGMA) -> Expression:
    """E |m - w0|_M^2."""
    truths = [i for i, node in enumerate(build.nodes) if node == Truth()]
    if not truths:
        raise build.refuse("risk", "needs a truth named w0", "add it to truths, or ask norm2")
    error = model.plus(single(truths[0]).times(Number(Fraction(-1))))
    return Inner(error, error, metric)


@operator(ask=True)
def norm2(_build: Builder, model: Combination, metric: Profile = SIGMA) -> Expression:
    """E |m|_M^2."""
    return Inner(model, model, metric)


@operator(ask=True)
def inner(
    _build: Builder, left: Combination, right: Combination, metric: Profile = SIGMA
) -> Expression:
    """E left' M right."""
    return Inner(left, right, metric)


@operator(ask=True)
def mean_square(_build: Builder, vector: Vector) -> Expression:
    """E |v|^2/rows."""
    return MeanSquare(vector)


@operator(ask=True)
def df(build: Builder, model: Combination) -> Expression:
    """The degrees of freedom of one fit, per row."""
    return Degrees(_one_fit(build, model, "df"))


@operator(ask=True)
def kappa(build: Builder, model: Combination) -> Expression:
    """The effective penalty of one ridge fit."""
    index = _one_fit(build, model, "kappa")
    fit = build.nodes[index]
    if not isinstance(fit, Ridge):
        raise build.refuse("kappa", "is asked of a fit that has none", "ask it of a ridge fit")
    rows = [build.nodes[group.labels.rows] for group in fit.groups]
    covariances = {row.covariance for row in rows if isinstance(row, Rows)}
    if len({group.weight for group in fit.groups}) > 1 or len(covariances) != 1:
        condition = "is asked of a fit on rows of several covariances or weights"
        raise build.refuse("kappa", condition, "such a fit has one number for each row set")
    return Kappa(index)


def _one_fit(build: Builder, model: Combination, word: str) -> int:
    match model.terms:
        case ((coefficient, index),) if coefficient == ONE and isinstance(build.nodes[index], Fit):
            return index
    remedy = "ask it of a model that one fit returned"
    raise build.refuse(word, "is asked of a model that is not one fit", remedy)


@operator(ask=True)
def minimum(
    build: Builder,
    ask: Expression,
    over: Parameter,
    low: Expression = ZERO,
    high: Expression | None = None,
) -> Expression:
    """The least value of an ask over a parameter."""
    return _extremum(build, ask, over, low, high, place=False)


@operator(ask=True)
def argmin(
    build: Builder,
    ask: Expression,
    over: Parameter,
    low: Expression = ZERO,
    high: Expression | None = None,
) -> Expression:
    """Where the least value of an ask over a parameter is attained."""
    return _extremum(build, ask, over, low, high, place=True)


def _extremum(
    build: Builder,
    ask: Expression,
    over: Parameter,
    low: Expression,
    high: Expression | None,
    *,
    place: bool,
) -> Expression:
    if any(isinstance(part, Extremum) for part in walk(ask)):
        raise build.refuse(over, "has a minimum inside a minimum", "ask one minimum at a time")
    if any(part == Name(over) for end in (low, high) for part in walk(end)):
        raise build.refuse(over, "stands in its own interval", "give ends without it")
    if isinstance(low, Number) and isinstance(high, Number) and low.value > high.value:
        condition = "is no parameter on an interval from a lower end to a higher one"
        raise build.refuse(f"{over}, {low}, {high}", condition, "give the lower end first")
    return Extremum(ask, over, low, high, place)
