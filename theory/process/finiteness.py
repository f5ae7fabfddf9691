"""Which means are infinite: those of fits without ridge on noisy labels, near the threshold.

The moment E tr (X'X)^+ of T rows on r directions is infinite for |T - r| <= 1, its variance for
|T - r| <= 3: the error of a fit without ridge grows with the inverse square of the distance of one
column of X (one row, for T < r) from the span of the others, in |T - r| + 1 dimensions, where that
distance has a bounded and positive density.  It enters whenever the labels are not one linear
function of the rows: noise, sets that different models labelled, directions or features that cannot
express the model.  Heavy tails of the features make distances longer, which does no harm; a scale
for each row changes them by bounded factors.  Signs have finitely many designs, so that everything
is finite (and, near T = d, ruled by the rarest).  Source: derived here (docs/theory.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ridgeproof.theory.errors import InfiniteExpectation
from ridgeproof.theory.process.builder import Expectation
from ridgeproof.theory.process.expressions import Expression, Name, parts
from ridgeproof.theory.process.fits import Count, FitFact, Fold, Values, rows_of
from ridgeproof.theory.process.graph import Fit, Graph
from ridgeproof.theory.process.operators.asks import Degrees, Extremum, Kappa
from ridgeproof.theory.process.operators.ridge import Ridge

__all__ = ["apart", "infinite", "require_finite"]


def infinite(
    graph: Graph,
    values: Values,
    d: float,
    count: Count | None = None,
    *,
    margin: int = 1,
    limit: bool = False,
) -> FitFact | None:
    """The first fit for which an ask has no finite expectation, or None.

    A ``margin`` of 1 is that of the expectation, of 3 that of the variance of the draws; the other
    arguments are those of `fit_facts`.
    """
    for _, ask in graph.asks:
        for leaf, known in _leaves(ask, values):
            fold = Fold(graph.nodes, graph.names, known, d, count, limit=limit, truth=True)
            if not fold.is_close(leaf, margin):
                continue
            for fact in fold.facts(leaf):
                if fact.is_close(margin) and not fact.signs:
                    return fact
    return None


def require_finite(
    graph: Graph,
    values: Values,
    d: float,
    count: Count | None = None,
    *,
    margin: int = 1,
    limit: bool = False,
) -> None:
    """Raise InfiniteExpectation when an ask of a process has no finite expectation, or variance.

    Raises:
        InfiniteExpectation: names the rows of the fit.
    """
    found = infinite(graph, values, d, count, margin=margin, limit=limit)
    if found is None:
        return
    sizes = [rows_of(found.nodes, group).size for group in found.node.groups]
    name = found.name or "a fit"
    rows = sizes[0].name if len(sizes) == 1 and isinstance(sizes[0], Name) else f"rows of {name}"
    what = "the width" if found.narrow else "d" if found.size == d else "the directions fitted"
    raise InfiniteExpectation(
        rows,
        found.rows,
        f"lies within {margin} of {what} = {found.size}, where {name}, fitted without ridge on "
        f"noisy labels, has infinite {'expected error' if margin == 1 else 'variance'}",
        f"take {apart(rows, found.size, margin)}, or {_tamed(found.node)}",
    )


def _tamed(fit: Fit) -> str:
    """What would bound a fit, in words."""
    bound = fit.lam if isinstance(fit, Ridge) else None
    return f"{bound} > 0" if isinstance(bound, Name) else "a positive penalty"


def apart(name: str, size: float, margin: int = 1) -> str:
    """The values of a number of rows that do not lie within a margin of a size, in words.

    >>> apart("T", 10), apart("T", 2)
    ('T <= 8 or T >= 12', 'T >= 4')
    """
    below = f"{name} <= {size - margin - 1} or " if size > margin + 1 else ""
    return f"{below}{name} >= {size + margin + 1}"


def _leaves(ask: Expression, values: Values) -> Iterator[tuple[Expectation, Values]]:
    """The expectations over models in an ask; a minimum exists where some penalty tames them."""
    match ask:
        case Extremum(inside, over):
            yield from _leaves(inside, {**values, over: Fraction(1)})
        case Degrees() | Kappa():
            return
        case Expectation():
            yield ask, values
    if not isinstance(ask, Expectation):
        for part in parts(ask):
            yield from _leaves(part, values)
