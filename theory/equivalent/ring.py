"""What the back-substitution asks of numbers: a ring solves the fits and sums over directions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from ridgeproof.theory.equivalent.pencil import Element, Node, Pencil
from ridgeproof.theory.process.expressions import Expression

__all__ = ["Diagonal", "Ring"]


@dataclass(frozen=True, eq=False)
class Diagonal:
    """One node on its own: equations (1), (2) within it, the only ones that are not linear.

    Attributes:
        features: G(i) for pairs of its feature blocks; none where G is one.
        rows: H for its row blocks; none where H is one.
        nu, mu: the coefficients that put lam on the features or on the rows; none where one.
        kappa: the effective penalty, where the fit has a single one.
    """

    features: Mapping[tuple[int, int], Element]
    rows: Mapping[int, Element]
    nu: Mapping[int, Element]
    mu: Mapping[int, Element]
    kappa: Element | None = None


class Ring(Protocol):
    """Numbers with + and * among themselves and with numbers that stand for each direction.

    Numbers of the groups of rows can stand side by side as well, one for each group, and are added
    and multiplied as those for each direction are.
    """

    @property
    def one(self) -> Element:
        """The number one."""

    @property
    def rounds(self) -> bool:
        """Whether a difference of numbers loses digits; formulas lose none."""

    @property
    def multiplicity(self) -> Element:
        """How many directions each direction stands for."""

    def number(self, value: Fraction) -> Element:
        """An exact number."""

    def arithmetic(self, item: Expression, values: Mapping[str, Element]) -> Element:
        """A number in the parameters."""

    def size(self, value: Element, *, derived: bool) -> Element:
        """A number of rows; what is derived of parameters is rounded, halves upwards."""

    def weight(self, value: Element) -> Element:
        """A weight of labels, not negative."""

    def profile(self, profile: Expression) -> Element:
        """A profile in s, i, d, w0, direction by direction."""

    def variance(self, profile: Expression) -> Element:
        """A profile that is nowhere negative or infinite."""

    def covariance(self, profile: Expression, scale: Fraction = Fraction(1)) -> Element:
        """The variance of rows, or a metric: scale times the profile, nowhere negative.

        In the N directions behind features with an activation it is 1/N.
        """

    @property
    def fitted(self) -> Element | None:
        """q of a fit without features: one in the directions of the models; None where in all."""

    def activation(
        self,
        place: int,
        name: str,
        size: Element,
        rows: Sequence[Element],
        laws: Iterable[Expression],
    ) -> tuple[Element, Element]:
        """mu_1^2 of an activation f of so many features, and the variance of a row of F.

        With f(F x) equivalent to mu_1 F x + mu_* z they are as linear features mu_1 F, where F has
        entries of variance 1/size, and mu_*^2/mu_1^2 in N further directions in which x has 1/N.
        ``rows`` are the numbers of rows of the fits on them, and ``laws`` the covariances of all
        rows and asks: where one has too low an effective rank there is no such equivalence.
        """

    def inverse_penalty(self, profile: Expression) -> Element:
        """1/p for the profile p of a penalty, 0 where p is infinite."""

    def flow(self, t: Element) -> Sequence[tuple[Element, Element]]:
        """Poles lam_k and shares c_k: (1 - e^(-t x))/x = 2 Re sum of c_k/(x + lam_k) on x >= 0."""

    def descent(
        self, eta: Element, steps: int, rows: Sequence[tuple[Element, Element, Element]]
    ) -> Sequence[tuple[Element, Element]]:
        """The same of (1 - (1 - eta x)^steps)/x, where x is a sample eigenvalue.

        Each of ``rows`` is a weight over T, a number of rows and the variance of their entries.
        """

    def components(
        self, cut: Element, rows: Sequence[tuple[Element, Element, Element]]
    ) -> Sequence[tuple[Element, Element]]:
        """The same of 1/x for x > cut and 0 below; ``rows`` as for `descent`."""

    def conjugate(self, value: Element) -> Element:
        """The complex conjugate."""

    def power(
        self, matrix: Mapping[tuple[int, int], Element], size: int, count: int
    ) -> Mapping[tuple[int, int], Element]:
        """A power of a small matrix, direction by direction."""

    def trace(self, weights: Element, values: Element) -> Element:
        """The sum over directions, or over groups, of weights times values."""

    def dot(self, pairs: Sequence[tuple[Element, Element]]) -> Element:
        """The sum of the products of one pair or more."""

    def spread(self, numbers: Mapping[int, Element], places: int) -> Element:
        """Numbers side by side, by place; zero where there is none."""

    def entry(self, values: Element, place: int) -> Element:
        """One of the numbers that stand side by side."""

    def solve(self, matrix: Sequence[Sequence[Element]], right: Sequence[Element]) -> list[Element]:
        """The solution of a small linear system."""

    def diagonal(self, pencil: Pencil, node: Node) -> Diagonal:
        """Solve a node's own equations on the branch of the resolvent."""

    def real(self, value: Element) -> Element:
        """The value without the imaginary part that conjugate poles leave as rounding."""

    def shares(self, value: Element | None, sources: int) -> list[Element]:
        """The real shares of the sources in a value; None is zero."""
