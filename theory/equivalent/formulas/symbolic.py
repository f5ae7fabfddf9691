"""The symbolic ring: one direction stands for all, and sums over directions are spectral sums.

Every fit brings one unknown kappa (several kinds of rows one response h each), and every solution
of a small linear system is named; the rest is Laurent polynomials (`formulas.laurent`).
So nothing has to be simplified, and all that remains of the directions is sums of

    s^a w0^b / ((s + kappa_1)^p (s + kappa_2)^q ...)

Products of different poles stay products: apart they would be divided by differences of kappas,
which may vanish.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from typing import Any, ClassVar, NoReturn

from sympy import Expr, Symbol
from sympy.core.relational import Relational

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.equivalent.correlation import Moments
from ridgeproof.theory.equivalent.formulas.fits import diagonal
from ridgeproof.theory.equivalent.formulas.laurent import Lane, Laurent, Monomial, product
from ridgeproof.theory.equivalent.formulas.unknowns import Unknown, UnknownKind
from ridgeproof.theory.equivalent.pencil import Label, Node, Pencil
from ridgeproof.theory.equivalent.ring import Diagonal
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.expressions import Expression, Name, evaluate, walk
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["SymbolicRing", "SymbolicSources"]

_CATALOGUED = ("d", "T", "T0", "n", "sigma", "sigma0", "sigma_real", "lam", "lam0", "width")


@dataclass(eq=False)
class SymbolicRing:
    """Laurent polynomials in the parameters, the unknowns, and the numbers of one direction.

    Attributes:
        whole: parameters that are whole numbers.
        values: what is known of the parameters, which decides the branch of a fit without ridge.
        profiles: the names of profiles by their expressions.
        reserved: names that no unknown may take.
        unknowns: named so far, each in terms of those before it.
        levels: the profiles that have a symbol of their own.
        assumptions: under which the formulas hold, on fits without ridge.
        reason: of the unknowns that are named next.
    """

    rounds: ClassVar[bool] = False

    whole: frozenset[str]
    values: Mapping[str, Fraction]
    profiles: Mapping[Expression, str]
    reserved: frozenset[str]
    unknowns: list[Unknown] = field(default_factory=list)
    levels: dict[Symbol, Expression] = field(default_factory=dict)
    assumptions: list[Relational] = field(default_factory=list)
    reason: str = ""
    kappas: dict[object, Laurent] = field(default_factory=dict)
    _solved: dict[object, list[Laurent]] = field(default_factory=dict)
    _kinds: dict[Expr, bool] = field(default_factory=dict)
    # The monomials that have been summed, and the two parts of each pole.
    _sums: dict[Expr, Monomial] = field(default_factory=dict)
    poles: dict[Expr, tuple[Laurent, Laurent]] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.one = Laurent(Laurent.number(1).terms, self._abbreviated)
        self.multiplicity = self.one

    # --- numbers and directions

    def parameter(self, name: str) -> Laurent:
        """A parameter by name."""
        return Laurent.of(self.symbol(name))

    def symbol(self, name: str) -> Symbol:
        """The symbol of a parameter."""
        return sy.NAMED[name] if name in _CATALOGUED else Symbol(name, real=True)

    def number(self, value: Fraction) -> Laurent:
        """A constant."""
        return Laurent.number(value)

    def arithmetic(self, item: Expression, values: Mapping[str, Laurent]) -> Laurent:
        """A number in the parameters."""
        return evaluate(item, values, self.number)

    def size(self, value: Laurent, *, derived: bool) -> Laurent:
        """A number of rows: what may be no whole number is named, and rounded where it is used."""
        if not derived or self._is_whole(value):
            return value
        return self.named(UnknownKind.SIZE, "N", [value])[0]

    def _is_whole(self, value: Laurent) -> bool:
        whole = {self.symbol(name) for name in self.whole}
        return all(
            c.denominator == 1 and all(x in whole and p > 0 for x, p in monomial)
            for monomial, c in value.terms.items()
        )

    def weight(self, value: Laurent) -> Laurent:
        """A weight."""
        return value

    def profile(self, profile: Expression) -> Laurent:
        """Arithmetic in s, w0, d, or a symbol of its own."""
        plain = {"s": Laurent.of(sy.s), "w0": Laurent.of(sy.w0), "d": Laurent.of(sy.d)}
        names = {part.name for part in walk(profile) if isinstance(part, Name)}
        if names <= plain.keys() and not any(
            type(part).__name__ in {"Call", "Text"} for part in walk(profile)
        ):
            return evaluate(profile, plain, self.number)
        name = self.profiles.get(profile, "profile")
        symbol = sy.Level(f"{name}_" if name in self.reserved else name, real=True)
        self.levels[symbol] = profile
        return Laurent.of(symbol)

    variance = profile
    fitted = None

    def covariance(self, profile: Expression, scale: Fraction = Fraction(1)) -> Laurent:
        """The profile times a number."""
        return self.profile(profile) * self.number(scale)

    def activation(self, *_: object) -> NoReturn:
        """Refused: its numbers are integrals.

        Raises:
            NotBuilt: always.
        """
        raise NotBuilt("features with an activation have no formula yet: evaluate them")

    def inverse_penalty(self, profile: Expression) -> Laurent:
        """1/p."""
        return self.one / self.profile(profile)

    def flow(self, *_: object) -> NoReturn:
        """Refused: it is a sum over many complex poles.

        Raises:
            NotBuilt: always.
        """
        raise NotBuilt(
            "gradient_flow, like a descent of many steps, has no formula in finitely many "
            "spectral sums: evaluate it, or take gradient_descent of few steps"
        )

    descent = components = flow

    def power(self, *_: object) -> NoReturn:
        """Refused: a loop that is not unrolled.

        Raises:
            NotBuilt: always.
        """
        raise NotBuilt("a loop that is not unrolled has no formula yet: set a smaller count")

    def conjugate(self, value: Laurent) -> Laurent:
        """The value: nothing is complex here."""
        return value

    def spread(self, numbers: Mapping[int, Laurent], places: int) -> Lane:
        """Numbers side by side."""
        return Lane(numbers.get(place, Laurent.number(0)) for place in range(places))

    def entry(self, values: Lane, place: int) -> Laurent:
        """One of them."""
        return values.entries[place]

    def dot(self, pairs: Sequence[tuple[Any, Any]]) -> Any:
        """The sum of products."""
        products = [x * y for x, y in pairs]
        return sum(products[1:], start=products[0])

    def trace(self, weights: Any, values: Any) -> Laurent:
        """Spectral sums of the monomials, or the sum over groups."""
        if isinstance(weights, Lane):
            return sum((weights * values).entries, start=Laurent.number(0))
        return self._traced(weights * values)

    def _traced(self, values: Laurent) -> Laurent:
        total = Laurent.number(0)
        for inside, outside in values.parted(self._of_directions).items():
            traced = SpectralSum(product(inside)) if inside else sy.d
            self._sums[traced] = inside
            total += outside * Laurent.of(traced)
        return total

    def folded(self, value: Laurent) -> Laurent:
        """The same with s/(s + kappa) = 1 - kappa/(s + kappa) used where it makes it shorter."""
        alone: dict[Monomial, Fraction] = {}
        linear: dict[Monomial, Fraction] = {}
        for monomial, coefficient in value.terms.items():
            sums = [(x, power) for x, power in monomial if x in self._sums]
            if len(sums) != 1 or sums[0][1] != 1:
                alone[monomial] = coefficient
            else:
                inside = (monomial - {sums[0]}) | self._sums[sums[0][0]]
                linear[inside] = coefficient
        poles = {x for monomial in linear for x, _ in monomial if x in self.poles}
        found = Laurent(linear)
        for pole in sorted(poles, key=str):
            found = found.joined(*self.poles[pole], pole)
        return Laurent(alone) + self._traced(found)

    def _of_directions(self, generator: Expr) -> bool:
        if generator not in self._kinds:
            self._kinds[generator] = any(map(sy.is_level, generator.free_symbols))
        return self._kinds[generator]

    def real(self, value: Laurent) -> Laurent:
        """The value: nothing is complex here."""
        return value

    def shares(self, value: Laurent | None, sources: int) -> list[Laurent]:
        """The whole: sources are not kept apart."""
        del sources
        return [Laurent.number(0) if value is None else self.folded(value).gathered()]

    # --- unknowns

    def solve(self, matrix: Sequence[Sequence[Laurent]], right: Sequence[Laurent]) -> list[Laurent]:
        """A name for each unknown; for one that is a product of names, the product."""
        if len(right) == 1:
            return [self._quotient(self.folded(right[0]), self.folded(matrix[0][0]))]
        if not any(each.terms for each in right):
            return list(right)
        key = tuple(each.key for row in (*matrix, right) for each in row)
        if key in self._solved:
            return self._solved[key]
        size = range(len(right))
        names = [self.fresh("x") for _ in size]
        found = [
            right[i]
            + sum(
                ((self.one * int(i == j) - matrix[i][j]) * names[j] for j in size),
                start=Laurent.number(0),
            )
            for i in size
        ]
        found = [self.folded(each) for each in found]
        self._solved[key] = self.named(UnknownKind.SYSTEM, "x", found, names=names)
        return self._solved[key]

    def _quotient(self, above: Laurent, below: Laurent) -> Laurent:
        if not above.terms or (len(above.terms) == 1 and len(below.terms) == 1):
            return above / below
        key = (above.key, below.key)
        if key not in self._solved:
            value = Laurent.of(above.gathered().expression / below.gathered().expression)
            self._solved[key] = self.named(UnknownKind.VALUE, "x", [value])
        return self._solved[key][0]

    def _abbreviated(self, value: Laurent) -> Laurent:
        """A name for a long sum: a profile where it differs between directions."""
        profile = any(self._of_directions(x) for monomial in value.terms for x, _ in monomial)
        kind, prefix = (UnknownKind.PROFILE, "g") if profile else (UnknownKind.VALUE, "x")
        names = [self.fresh(prefix, sy.Level if profile else Symbol)]
        return self.named(kind, "", [value], names=names, reason="a long sum, named")[0]

    def named(
        self,
        kind: UnknownKind,
        prefix: str,
        right: Sequence[Laurent],
        *,
        names: Sequence[Laurent] = (),
        left: Sequence[Laurent] = (),
        reason: str = "",
        level: Expr | None = None,
    ) -> list[Laurent]:
        """Names for the right sides, which join the unknowns."""
        made = list(names) or [self.fresh(prefix) for _ in right]
        symbols = tuple(name.expression for name in made)
        equated = tuple(each.expression for each in left or made)
        self.unknowns.append(
            Unknown(
                kind,
                symbols,
                equated,
                tuple(each.expression for each in right),
                reason or self.reason or kind.value,
                level,
            )
        )
        return made

    def fresh(self, prefix: str, kind: type[Symbol] = Symbol) -> Laurent:
        """A name that nothing has."""
        taken = self.reserved | self._names
        name = next(name for k in count(1) if (name := f"{prefix}{k}") not in taken)
        self._names.add(name)
        return Laurent.of(kind(name, real=True))

    def diagonal(self, pencil: Pencil, node: Node) -> Diagonal:
        """(5), or one response for each kind of rows."""
        return diagonal(self, pencil, node)

    def assume(self, assumed: Relational) -> None:
        """Note what the formulas hold under."""
        if assumed not in self.assumptions:
            self.assumptions.append(assumed)


@dataclass(frozen=True, eq=False)
class SymbolicSources:
    """Q and N N', all sources together."""

    pencil: Pencil

    def features(self, a: int, b: int) -> Laurent | None:
        """w_a w_b of truths; the variance of one random vector."""
        first, second = (self.pencil.features[block].source for block in (a, b))
        if first is None or second is None:
            return None
        if first.truth is not None and second.truth is not None:
            return first.truth * second.truth
        return first.variance if a == b else None

    def labels(self, first: Label, second: Label) -> Laurent | None:
        """The products of the amplitudes with which two labels hear one noise vector."""
        heard = [
            x * second.noise[noise] for noise, x in first.noise.items() if noise in second.noise
        ]
        return sum(heard[1:], start=heard[0]) if heard else None

    def add_rounds(self, _node: Node, _entering: Moments) -> None:
        """No loop comes this far."""
