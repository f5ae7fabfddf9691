"""Which fits see noise, which return what labelled their rows: one fold over the graph.

The fold is exact and at one point.  A fit goes through its labels where it has fewer rows than it
fits, and returns what labelled them where it has more and they are one linear function of the rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ridgeproof.theory.process.expressions import (
    ONE,
    Expression,
    Name,
    Number,
    exact_value,
)
from ridgeproof.theory.process.graph import (
    Carried,
    Fit,
    Graph,
    Group,
    Iteration,
    Node,
    Outcome,
    Truth,
    reached,
)
from ridgeproof.theory.process.linear import Combination, Vector
from ridgeproof.theory.process.operators.models import Features, Scaled
from ridgeproof.theory.process.operators.pcr import PrincipalComponents
from ridgeproof.theory.process.operators.ridge import Ridge
from ridgeproof.theory.process.operators.rows import Noise, Noisy, Rows
from ridgeproof.theory.settings.features import Rademacher

__all__ = ["Count", "FitFact", "Fold", "Values", "fit_facts", "rows_of"]

Values = Mapping[str, Fraction]
# How many directions a penalty leaves to a fit of those that rows of some covariances show, and how
# many they show.
Count = Callable[[Expression, tuple[Expression, ...]], tuple[float, float]]
# A place in the graph: the iterations around it and the index.
_Key = tuple[int, ...]
_Form = dict[_Key, Fraction]


@dataclass(frozen=True)
class FitFact:
    """What is to be known of one fit.

    Attributes:
        node, name: the fit, and its user's name for it.
        nodes: the list of nodes in which its indices count.
        rows: the distinct rows.
        size: the directions that it fits, or the number of its features where these are too few
            for what they should express (``narrow``).
        width: the number of its features; None without.
        penalty: lam, or the cut of components; None where there is no such number.
        noisy: whether the labels are not one linear function of what the fit sees.
        exact: whether it returns, almost surely, the combination of models that labelled its rows.
        signs: whether its rows are signs, which have finitely many designs.
        rounds: how often it is done.
    """

    node: Fit
    name: str
    nodes: Sequence[Node]
    rows: int
    size: float
    width: int | None
    narrow: bool
    penalty: Fraction | None
    noisy: bool
    exact: bool
    signs: bool
    rounds: Fraction

    def is_close(self, margin: int) -> bool:
        """Whether noise meets no ridge, in rows as many as what is fitted up to a margin."""
        return self.penalty == 0 and self.noisy and abs(self.rows - self.size) <= margin


def rows_of(nodes: Sequence[Node], group: Group) -> Rows:
    """The rows of a group, as they are without the noise with which a fit may see them."""
    node = nodes[group.labels.rows]
    rows = nodes[node.rows] if isinstance(node, Noisy) else node
    assert isinstance(rows, Rows)
    return rows


def fit_facts(
    graph: Graph,
    values: Values,
    d: float,
    count: Count | None = None,
    *,
    limit: bool = False,
    truth: bool = True,
) -> list[FitFact]:
    """The facts of every fit that the asks need, in the order in which they are done.

    Args:
        graph: the process.
        values: exact values of the parameters.
        d: the number of directions.
        count: of directions; all are shown and fitted by default.
        limit: whether features count as normal ones, whose limits they share.
        truth: False takes the fixed vectors as 0, and leaves the share of the noises.

    >>> from ridgeproof.theory.process.file import read_process
    >>> from ridgeproof.theory.process.normal import normal_form
    >>> graph = normal_form(read_process('''[process]
    ... steps = "m = least_squares(rows(T)@w0)"
    ... [ask]
    ... risk = "risk(m)"
    ... '''))
    >>> [(m.rows, m.noisy, m.exact) for m in fit_facts(graph, {"T": Fraction(7)}, 5)]
    [(7, False, True)]
    """
    trees = tuple(ask for _, ask in graph.asks)
    return Fold(graph.nodes, graph.names, values, d, count, limit=limit, truth=truth).facts(trees)


@dataclass(eq=False)
class Fold:
    """The facts of the fits in one list of nodes, and what fits without ridge return.

    Attributes:
        same: models that are exactly one combination of others, and that combination.
        through: the labels that a fit goes through, by fit and rows.
        place: the iterations around these nodes.
        rounds: how often they are done.
        entering: what is known of the models that go round.
    """

    nodes: Sequence[Node]
    names: Sequence[str]
    values: Values
    d: float
    count: Count | None
    limit: bool = field(kw_only=True)
    truth: bool = field(kw_only=True)
    same: dict[_Key, _Form] = field(default_factory=dict)
    through: dict[tuple[_Key, int], _Form] = field(default_factory=dict)
    place: _Key = ()
    rounds: Fraction = Fraction(1)
    entering: Sequence[_Form | None] = ()

    def number(self, item: Expression) -> Fraction:
        """The value of an expression."""
        match item:
            case Number(value):
                return value
            case Name(name) if name in self.values:
                return self.values[name]
        own = {} if self.d == math.inf else {"d": Fraction(self.d)}
        return exact_value("process", item, {**own, **self.values})

    def size(self, item: Expression) -> int:
        """The number of rows or features; what is derived of some is rounded."""
        value = self.number(item)
        return int(value) if value.denominator == 1 else math.floor(value + Fraction(1, 2))

    def facts(self, roots: object) -> list[FitFact]:
        """The facts of the fits that the roots need."""
        found: list[FitFact] = []
        for index in self.needed(roots):
            node, key = self.nodes[index], (*self.place, index)
            match node:
                case Truth() if not self.truth:
                    self.same[key] = {}
                case Scaled(model) if not self.form(model):
                    self.same[key] = {}
                case Carried(position) if (known := self.entering[int(position.value)]) is not None:
                    self.same[key] = known
                case Iteration():
                    found += self.iterated(index, node)
                case Fit():
                    found.append(self.fitted(index, node))
        return found

    def is_close(self, roots: object, margin: int) -> bool:
        """Whether some fit without ridge has about as many rows as it fits, whatever its labels.

        This is quick, and says no of most points.
        """
        for index in self.needed(roots):
            node = self.nodes[index]
            if isinstance(node, Iteration):
                if self.inside(index, node).is_close(node.body.leaving, margin):
                    return True
            elif isinstance(node, Fit) and self.penalty(node) == 0:
                rows, size, *_ = self.measured(node)
                if abs(rows - size) <= margin:
                    return True
        return False

    def needed(self, roots: object) -> list[int]:
        """The nodes that roots need, in order; what is multiplied by zero is not needed."""
        return sorted(reached(self.nodes, roots, lambda factor: self.number(factor) != 0))

    def inside(self, index: int, node: Iteration, entering: Sequence[_Form | None] = ()) -> Fold:
        """The fold over one round of an iteration."""
        return replace(
            self,
            nodes=node.body.nodes,
            names=node.body.names,
            same=dict(self.same),
            through={},
            place=(*self.place, index),
            rounds=self.rounds * self.number(node.count),
            entering=entering or (None,) * len(node.entering),
        )

    def iterated(self, index: int, node: Iteration) -> list[FitFact]:
        """The facts of one round: of the first, where the models leave it as they entered."""
        entering = [self.form(model) for model in node.entering]
        for known in (entering, ()):
            fold = self.inside(index, node, known)
            found = fold.facts(node.body.leaving)
            if [fold.form(model) for model in node.body.leaving] == entering:
                for outcome, other in enumerate(self.nodes):
                    if isinstance(other, Outcome) and other.iteration == index:
                        form = entering[int(other.position.value)]
                        self.same[*self.place, outcome] = form
                break
        return found

    def fitted(self, index: int, fit: Fit) -> FitFact:
        """The facts of a fit; what it returns, or goes through, is noted."""
        key = (*self.place, index)
        rows, size, width, (seen, present) = self.measured(fit)
        # Narrow features leave part of the signal out; as many as dimensions can be nearly
        # dependent, which T = d - 1 rows do not forgive either.
        narrow = width is not None and (width < seen or rows < width == seen)
        penalty = self.penalty(fit)
        groups = [group for group in fit.groups if self.number(group.weight)]
        signs = {
            group.labels.rows
            for group in groups
            if isinstance(rows_of(self.nodes, group).law, Rademacher) and not self.limit
        }
        labels = {group.labels.rows: self.labels(group.labels) for group in groups}
        truth = self.one_function(labels)
        exact = False
        if not any(labels.values()):  # nothing is fitted, whatever the fit
            truth, exact, self.same[key] = {}, True, {}
        elif truth is not None and (narrow or seen != present):
            truth = None
        if truth and penalty == 0 and rows >= seen == self.d and not signs:
            exact, self.same[key] = True, truth
        elif penalty == 0 and rows <= size:
            # Rows of signs may repeat.
            self.through |= {(key, on): form for on, form in labels.items() if on not in signs}
        return FitFact(
            node=fit,
            name=(self.names[index] if index < len(self.names) else ""),
            nodes=self.nodes,
            rows=rows,
            size=size,
            width=width,
            narrow=narrow,
            penalty=penalty,
            noisy=truth is None,
            exact=exact,
            signs=bool(signs) and width is None,
            rounds=self.rounds,
        )

    def penalty(self, fit: Fit) -> Fraction | None:
        """Lam, or the cut of components: at 0 nothing bounds the model but the data."""
        match fit:
            case Ridge(_, bound) | PrincipalComponents(_, bound):
                return self.number(bound)
        return None

    def measured(self, fit: Fit) -> tuple[int, float, int | None, tuple[float, float]]:
        """(rows, what is fitted on them, the number of features, (directions seen, shown))."""
        groups = [group for group in fit.groups if self.number(group.weight)]
        rows = sum(self.size(rows_of(self.nodes, group).size) for group in groups)
        seen = present = self.d
        if self.count is not None:
            penalty = fit.penalty if isinstance(fit, Ridge) else ONE
            seen, present = self.count(penalty, tuple(self.variances(groups)))
        if not isinstance(fit, Ridge) or fit.features is None:
            return rows, seen, None, (seen, present)
        features = self.nodes[fit.features]
        assert isinstance(features, Features)
        width = self.size(features.size)
        if features.activation != "linear":  # what it adds lies in no finite number of directions
            return rows, width, width, (math.inf, present)
        return rows, min(width, seen), width, (seen, present)

    def variances(self, groups: Sequence[Group]) -> Iterator[Expression]:
        """The profiles of what a fit sees: of the rows, and of noise on them."""
        for group in groups:
            node = self.nodes[group.labels.rows]
            yield rows_of(self.nodes, group).covariance
            if isinstance(node, Noisy):
                yield node.profile

    def one_function(self, labels: Mapping[int, _Form]) -> _Form | None:
        """The one combination of models that labels every row, or None."""
        if any(isinstance(self.nodes[on], Noisy) for on in labels):
            return None
        tried: list[_Form] = []
        for label in labels.values():
            model = {key: c for key, c in label.items() if not self.is_noise(key)}
            if model in tried:
                continue
            tried.append(model)
            if not any(self.left(on, _sum(y, model, -1)) for on, y in labels.items()):
                return model
        return None

    def is_noise(self, key: _Key) -> bool:
        """Whether a part of a label is noise, which is drawn beside these rows."""
        return key[:-1] == self.place and isinstance(self.nodes[key[-1]], Noise)

    def labels(self, vector: Vector) -> _Form:
        """Labels as models and noises."""
        return _sum(self.form(vector.models), self.form(vector.noises), 1)

    def form(self, combination: Combination) -> _Form:
        """A combination, with what models are known to be in their place and zeros left out."""
        total: _Form = {}
        for coefficient, index in combination.terms:
            key = (*self.place, index)
            total = _sum(total, self.same.get(key, {key: Fraction(1)}), self.number(coefficient))
        return total

    def left(self, rows: int, form: _Form) -> _Form:
        """The form on these rows, where fits that go through them say what labelled them."""
        while known := [key for key in form if (key, rows) in self.through]:
            key = known[0]
            rest = {other: c for other, c in form.items() if other != key}
            form = _sum(rest, self.through[key, rows], form[key])
        return form


def _sum(left: _Form, right: _Form, factor: Fraction | int) -> _Form:
    """left + factor right."""
    total = {key: left.get(key, 0) + factor * right.get(key, 0) for key in {**left, **right}}
    return {key: Fraction(c) for key, c in total.items() if c != 0}
