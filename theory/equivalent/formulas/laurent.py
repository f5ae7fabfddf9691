"""Laurent polynomials: the numbers of the symbolic ring.

A sum of products of powers of generators, with rational coefficients.  Generators are SymPy
expressions that are left as they are: parameters, named unknowns, spectral sums, and whatever a
sum was divided by, such as s + kappa.  Products of sums are multiplied out, a division by a sum
adds a generator: nothing has to be simplified, and what is zero without a division is seen to be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import cached_property

from sympy import Add, Expr, Mul, Pow, Rational

__all__ = ["LONGEST", "Lane", "Laurent", "Monomial", "product"]

# Terms of a sum that is still multiplied out.
LONGEST = 8

# Generators with their powers, none of which is zero.
Monomial = frozenset[tuple[Expr, int]]
_ONE: Monomial = frozenset()


def product(monomial: Iterable[tuple[Expr, int]]) -> Expr:
    """A monomial in SymPy."""
    return Mul(*(Pow(generator, power) for generator, power in monomial))


def _times(left: Monomial, right: Monomial) -> Monomial:
    if not left or not right:
        return left or right
    powers = dict(left)
    for generator, power in right:
        powers[generator] = powers.get(generator, 0) + power
    return frozenset((generator, power) for generator, power in powers.items() if power)


def _inverse(monomial: Monomial) -> Monomial:
    return frozenset((generator, -power) for generator, power in monomial)


def _written(monomial: Monomial) -> str:
    return str(product(monomial))


class Laurent:
    """A Laurent polynomial.

    Attributes:
        terms: coefficients, none of which is zero, by monomial.
        namer: gives a long sum a name before it is multiplied; None multiplies it out.
    """

    def __init__(
        self,
        terms: Mapping[Monomial, Fraction],
        namer: Callable[[Laurent], Laurent] | None = None,
    ) -> None:
        self.terms, self.namer = terms, namer

    @classmethod
    def number(cls, value: Fraction | int) -> Laurent:
        """A constant."""
        return cls({_ONE: Fraction(value)} if value else {})

    @classmethod
    def of(cls, generator: Expr, power: int = 1) -> Laurent:
        """A power of a generator."""
        return cls({frozenset({(generator, power)}): Fraction(1)})

    @cached_property
    def expression(self) -> Expr:
        """The sum in SymPy."""
        return Add(
            *(
                Rational(c.numerator, c.denominator) * product(monomial)
                for monomial, c in self.terms.items()
            )
        )

    @property
    def key(self) -> frozenset[tuple[Monomial, Fraction]]:
        """What equal sums have in common."""
        return frozenset(self.terms.items())

    @property
    def constant(self) -> Fraction | None:
        """The number that it is; None where it holds a generator."""
        return self.terms.get(_ONE, Fraction(0)) if self.terms.keys() <= {_ONE} else None

    @cached_property
    def short(self) -> Laurent:
        """Itself, or where it is long its name."""
        return self if self.namer is None or len(self.terms) <= LONGEST else self.namer(self)

    def __add__(self, other: Laurent) -> Laurent:
        terms = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            added = terms.get(monomial, Fraction(0)) + coefficient
            if added:
                terms[monomial] = added
            else:
                del terms[monomial]
        return Laurent(terms, self.namer or other.namer)

    def __neg__(self) -> Laurent:
        return self * -1

    def __sub__(self, other: Laurent) -> Laurent:
        return self + -other

    def __mul__(self, other: Laurent | Fraction | int) -> Laurent:
        if isinstance(other, Lane):
            return NotImplemented
        if not isinstance(other, Laurent):
            terms = {m: c * other for m, c in self.terms.items()} if other else {}
            return Laurent(terms, self.namer)
        namer = self.namer or other.namer
        if len(self.terms) == 1 or len(other.terms) == 1:
            one, many = (self, other) if len(self.terms) == 1 else (other, self)
            ((factor, a),) = one.terms.items()
            return Laurent({_times(factor, m): a * c for m, c in many.terms.items()}, namer)
        terms = {}
        for left, a in self.short.terms.items():
            for right, b in other.short.terms.items():
                monomial = _times(left, right)
                terms[monomial] = terms.get(monomial, Fraction(0)) + a * b
        return Laurent({monomial: c for monomial, c in terms.items() if c}, namer)

    __rmul__ = __mul__

    def __truediv__(self, other: Laurent) -> Laurent:
        return self * other**-1

    def __pow__(self, power: Laurent | int) -> Laurent:
        """A power; of a sum that is no product it is a generator, but for the first.

        Raises:
            ZeroDivisionError: a negative power of zero.
        """
        if isinstance(power, Laurent):
            exact = power.constant
            if exact is None or exact.denominator != 1:
                return Laurent.of(Pow(self.expression, power.expression))
            power = int(exact)
        if power in {0, 1}:
            return self if power else Laurent.number(1)
        if not self.terms:
            return self if power > 0 else Laurent.number(1 / Fraction(0))
        (monomial, coefficient), rest = self._factored()
        powered = frozenset((generator, p * power) for generator, p in monomial)
        made = Laurent({powered: coefficient**power}, self.namer)
        return made if rest is None else made * Laurent.of(rest, power)

    def gathered(self) -> Laurent:
        """The same with what is a sum as one generator, which its inverse cancels."""
        if len(self.terms) < 2:
            return self
        (monomial, coefficient), rest = self._factored()
        assert rest is not None
        return Laurent({monomial: coefficient}, self.namer) * Laurent.of(rest)

    def _factored(self) -> tuple[tuple[Monomial, Fraction], Expr | None]:
        """A monomial with its coefficient, and the sum that it multiplies, if there is one."""
        if len(self.terms) == 1:
            ((monomial, coefficient),) = self.terms.items()
            return (monomial, coefficient), None
        powers = [dict(monomial) for monomial in self.terms]
        shared = set(powers[0]).intersection(*powers[1:])
        content: Monomial = frozenset(
            (generator, min(each[generator] for each in powers)) for generator in shared
        )
        inverse = _inverse(content)
        rest = {_times(monomial, inverse): c for monomial, c in self.terms.items()}
        coefficients = rest.values()
        scale = Fraction(
            math.gcd(*(c.numerator for c in coefficients)),
            math.lcm(*(c.denominator for c in coefficients)),
        )
        # One sum has one name, whatever multiplies it.
        balance = sum(1 if c > 0 else -1 for c in coefficients)
        if balance < 0 or (balance == 0 and rest[min(rest, key=_written)] < 0):
            scale = -scale
        return (content, scale), Laurent({m: c / scale for m, c in rest.items()}).expression

    def joined(self, first: Laurent, second: Laurent, whole: Expr) -> Laurent:
        """The same with first/whole + second/whole = 1 used where two terms become one.

        Args:
            first: a product.
            second: another.
            whole: their sum, a generator.
        """
        (up,), (down,) = first.terms, second.terms
        shares = [_times(each, frozenset({(whole, -1)})) for each in (up, down)]
        pairs = [(_inverse(share), other) for share, other in (shares, shares[::-1])]
        terms, waiting = dict(self.terms), list(self.terms)
        while waiting:
            monomial = waiting.pop()
            if monomial not in terms:
                continue
            coefficient = terms[monomial]
            for inverse, other in pairs:
                rest = _times(monomial, inverse)
                beside = _times(rest, other)
                if terms.get(rest) == -coefficient:
                    partner, made, added = rest, beside, -coefficient
                elif terms.get(beside) == coefficient:
                    partner, made, added = beside, rest, coefficient
                else:
                    continue
                del terms[monomial], terms[partner]
                added += terms.pop(made, Fraction(0))
                if added:
                    terms[made] = added
                    waiting.append(made)
                break
        return Laurent(terms, self.namer)

    def parted(self, belongs: Callable[[Expr], bool]) -> dict[Monomial, Laurent]:
        """The coefficients of the monomials in those generators that belong."""
        found: dict[Monomial, dict[Monomial, Fraction]] = {}
        for monomial, coefficient in self.terms.items():
            inside = frozenset(each for each in monomial if belongs(each[0]))
            found.setdefault(inside, {})[monomial - inside] = coefficient
        return {inside: Laurent(terms, self.namer) for inside, terms in found.items()}

    def __repr__(self) -> str:
        return str(self.expression)


class Lane:
    """Laurent polynomials side by side, one for each group of rows."""

    def __init__(self, entries: Iterable[Laurent]) -> None:
        self.entries = tuple(entries)

    def __add__(self, other: Lane) -> Lane:
        return Lane(a + b for a, b in zip(self.entries, other.entries, strict=True))

    def __mul__(self, other: Lane | Laurent | int) -> Lane:
        if isinstance(other, Lane):
            return Lane(a * b for a, b in zip(self.entries, other.entries, strict=True))
        return Lane(entry * other for entry in self.entries)

    __rmul__ = __mul__
