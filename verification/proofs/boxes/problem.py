"""A claim as an inequality: an expression in numbers, kappas and sums, to be >= 0 on boxes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, product
from typing import Any

from sympy import (
    Add,
    Dummy,
    Expr,
    Integer,
    Mul,
    Poly,
    Symbol,
    binomial,
    diff,
    expand,
    factor,
    fraction,
    together,
)

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.entries import (
    Derived,
    Fixed,
    IntegerRange,
    RealInterval,
    number,
    used_symbols,
)
from ridgeproof.theory.domains.space import Space, decay, size_limits, suits
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.verification.proofs.boxes.sums import LevelSum, levels_of, power_sum

__all__ = [
    "Box",
    "KappaOf",
    "Place",
    "Point",
    "Problem",
    "in_one_form",
    "pinned_by",
    "places_of",
    "substituted",
]

# Longer polynomials take SymPy minutes to factor, and longer claims to bring to one denominator.
_FEW_TERMS, _MOST_OPERATIONS = 12, 120
# One form of a long claim takes seconds to compile.
_LONG = 300
# A form that is longer than the claim by more than this is not tried.
_LONGER = 2

Box = dict[Symbol, tuple[Fraction, Fraction]]


@dataclass(frozen=True)
class KappaOf:
    """A kappa: lam = kappa (1 - df1(kappa)/rows), for lam >= 0 the largest root."""

    kappa: Symbol
    lam: Expr
    rows: Expr

    def slope(self, x: Symbol) -> Expr:
        """The derivative of kappa in a number that lam or the rows depend on (derived here)."""
        moves = diff(self.rows, x) * self.kappa * power_sum(self.kappa, 1) / self.rows**2
        return (diff(self.lam, x) - moves) / (1 - power_sum(self.kappa, 2) / self.rows)


@dataclass(frozen=True, eq=False)
class Place:
    """A spectrum and a signal in d directions, and the box of the other numbers."""

    spectrum: Any
    signal: Any
    d: int
    box: Box


@dataclass(frozen=True)
class Point:
    """A point of the domain: its place, and the numbers that range over the box."""

    place: Place
    numbers: dict[Symbol, Fraction]


@dataclass(frozen=True, eq=False)
class Problem:
    """``value`` >= 0, or |value| <= delta, at all places, where every ``defined`` is of one sign.

    Attributes:
        value: in the variables, the kappas and `LevelSum`.
        defined: what must not vanish, or must be positive; True with those that must be positive.
        kappas: in terms of the variables.
        variables: what ranges over the boxes.
        whole: those that are whole numbers.
        places: the domain.
        theorem: of the catalogue, that gives the value.
        positive: factors known to be positive or zero where the value is defined.
        dimension: the symbol of d.
        delta: up to which an equality is claimed; 0 of what is exact.
        moving: a function and the whole number along which it rises, where the value is its slope:
            x stands for the step from x to x + 1, and the slope for all reals in between.
    """

    value: Expr
    defined: tuple[tuple[Expr, bool], ...]
    kappas: tuple[KappaOf, ...]
    variables: tuple[Symbol, ...]
    whole: frozenset[Symbol]
    places: tuple[Place, ...]
    theorem: str
    positive: tuple[Expr, ...] = ()
    dimension: Symbol = sy.d
    delta: Fraction = Fraction(0)
    moving: tuple[Expr, Symbol] | None = None

    def slope(self, expression: Expr, x: Symbol) -> Expr:
        """The derivative in a variable, the kappas following."""
        own = diff(expression, x)
        return own + Add(*(diff(expression, k.kappa) * k.slope(x) for k in self.kappas))

    def rising(self, x: Symbol) -> Problem:
        """That the value does not fall along a number.

        Raises:
            NotBuilt: there is one value of a whole number only.
        """
        slope = self.slope(self.value, x)
        if x not in self.whole:
            return replace(self, value=slope)
        steps = [{**place.box, x: (place.box[x][0], place.box[x][1] - 1)} for place in self.places]
        places = tuple(
            replace(place, box=box)
            for place, box in zip(self.places, steps, strict=True)
            if box[x][0] <= box[x][1]
        )
        if not places:
            raise NotBuilt(f"{x} has one value only")
        return replace(self, value=slope, places=places, moving=(self.value, x))

    def within(self, delta: Fraction) -> Problem:
        """That the value is zero up to delta, either way."""
        return replace(self, delta=delta)

    def forms(self) -> list[Expr]:
        """Expressions of the same sign as the value: as it is, and without factors of one sign.

        The second has its sums written so that they show every kappa as a factor.
        """
        opaque = {x: Dummy(positive=True) for x in _sums(self.value)}
        long = self.value.count_ops() > _LONG
        if long or self.delta or not self.value.xreplace(opaque).is_rational_function():
            return [self.value]
        plain = self._reduced(self.value)
        others = [self._reduced(write(plain)) for write in (_with_kappas, self._elevated)]
        found = dict.fromkeys([self.value, plain, *others])
        most = _LONGER * max(self.value.count_ops(), 1)
        return [each for each in found if each.count_ops() <= most]

    def _elevated(self, value: Expr) -> Expr:
        return in_one_form(value, tuple(k.kappa for k in self.kappas), self.dimension)

    def _reduced(self, value: Expr) -> Expr:
        if value.count_ops() > _MOST_OPERATIONS:
            return value
        known = [*self.positive]
        for k in self.kappas:
            known += [k.rows - power_sum(k.kappa, j) for j in (1, 2)]
        known += [written(x) for x in known for written in (_with_kappas, self._elevated)]
        sums = _sums(value).union(*map(_sums, known))
        opaque = {x: Dummy(positive=True) for x in sums}
        positive = [expand(x.xreplace(opaque)) for x in known]
        above, below = fraction(together(value.xreplace(opaque)))
        kept = Integer(1)
        for part in (*_parts(above, positive), *(1 / x for x in Mul.make_args(below))):
            base, power = part.as_base_exp()
            if base.is_nonnegative or (power.is_Integer and power % 2 == 0):
                continue
            if expand(base) not in positive:
                kept *= (-1) ** power if expand(-base) in positive else part
        return kept.xreplace({dummy: x for x, dummy in opaque.items()})


def in_one_form(value: Expr, kappas: tuple[Symbol, ...], dimension: Symbol) -> Expr:
    """The sums over one denominator, 1 = (s + kappa)/(s + kappa), d among them.

    What is a difference of sums, such as df1 - df2, is a sum of positive terms then.  With several
    kappas nothing is changed.
    """
    if len(kappas) != 1:
        return value
    (kappa,) = kappas
    sums = _sums(value)
    most = max((int(x.args[4]) for x in sums if len(x.args) == 5), default=0)

    def lifted(w: Expr, a: Expr, c: Expr, m: Expr) -> Expr:
        more = most - int(m)
        parts = (
            binomial(more, j) * LevelSum(w, a + more - j, kappa, c + j, most)
            for j in range(more + 1)
        )
        return Add(*parts)

    zero = Integer(0)
    found = {
        x: lifted(x.args[0], x.args[1], *(x.args[3:] if len(x.args) == 5 else (zero, zero)))
        for x in sums
    }
    return value.xreplace({**found, dimension: lifted(zero, zero, zero, zero)})


def _parts(value: Expr, known: Sequence[Expr]) -> Iterator[Expr]:
    """Factors: all of a short polynomial; numbers and those that are known of a long one."""
    value = expand(value)
    if value.is_number:
        yield value
        return
    rest = Poly(value)
    if len(rest.terms()) <= _FEW_TERMS:
        yield from Mul.make_args(factor(value))
        return
    powers, rest = rest.terms_gcd()
    yield from (x**power for x, power in zip(rest.gens, powers, strict=True))
    for each in known:
        if not each.is_Add or not each.free_symbols <= set(rest.gens):
            continue
        divisor = Poly(each, *rest.gens)
        while True:
            quotient, left = rest.div(divisor)
            if not left.is_zero:
                break
            rest = quotient
    yield rest.as_expr()


def _sums(expression: Expr) -> set[LevelSum]:
    return set(expression.atoms(LevelSum))


def _with_kappas(expression: Expr) -> Expr:
    return expression.xreplace({x: _with_kappa(x) for x in _sums(expression)})


def _with_kappa(each: LevelSum) -> Expr:
    """The sum with its kappas outside: what vanishes with kappa shows it."""
    w, a, *rest = each.args
    outside, inside = Integer(1), []
    for k in range(0, len(rest), 3):
        kappa, c, m = rest[k : k + 3]
        outside *= kappa**c
        inside += [kappa, Integer(0), m]
    if outside != 1:
        return outside * LevelSum(w, a, *inside)
    if len(rest) == 3 and w == 0 and a == rest[2]:
        # (1 - x)^a with x = kappa/(s + kappa).
        kappa = rest[0]
        return Add(*((-kappa) ** j * binomial(a, j) * _plain(kappa, j) for j in range(int(a) + 1)))
    return each


def _plain(kappa: Symbol, j: int) -> Expr:
    return LevelSum(0, 0, kappa, 0, j)


def places_of(domain: Space[Any], variables: Sequence[str], most: int) -> tuple[Place, ...]:
    """The domain as boxes, one for each spectrum, signal, d and other number that ranges follow.

    Raises:
        NotBuilt: it is no union of boxes, or of too many.
    """
    entries = dict(domain.numbers())
    pinned = pinned_by(domain, variables)
    found: list[Place] = []
    for spectrum, signal in product(domain.options("spectrum"), domain.options("signal")):
        if not suits(signal, spectrum):
            continue
        known = [decay(spectrum, signal)]
        for name in (name for name in entries if name in pinned):
            x, entry = domain.symbol(name), entries[name]
            limits = size_limits(spectrum) if name == "d" else (domain.least(name), None)
            pairs = ((each, _ends(name, entry, each, *limits)) for each in known)
            every = (
                {**each, x: Fraction(value)}
                for each, (low, high) in pairs
                for value in range(int(low), int(high) + 1)
            )
            known = list(islice(every, most + 1))  # too many are refused below
            if len(known) > most:
                break
        if len(found) + len(known) > most:
            raise NotBuilt(f"the domain has more than {most} dimensions and spectra")
        for each in known:
            box = {}
            for name in variables:
                x = domain.symbol(name)
                ends = _ends(name, entries[name], each, domain.least(name), None)
                box[x] = (each[x], each[x]) if name in pinned else ends
            if any(low > high for low, high in box.values()):
                continue
            d = int(each[domain.symbol("d")])
            levels_of(d, spectrum, signal)  # what cannot be bounded says so before the search
            found.append(Place(spectrum, signal, d, box))
    return tuple(found)


def pinned_by(domain: Space[Any], names: Iterable[str]) -> set[str]:
    """d, and the whole numbers that its range or those of some numbers follow: taken one by one."""
    entries, pinned, pending = dict(domain.numbers()), {"d"}, ["d", *names]
    while pending:
        entry = entries[pending.pop()]
        follows = (
            {x.name for x in used_symbols(entry)} if isinstance(entry, IntegerRange) else set()
        )
        more = {x for x in follows & entries.keys() if domain.is_whole(x)} - pinned
        pinned |= more
        pending += more
    return pinned


def _ends(
    name: str, entry: Any, known: Any, floor: int | None, ceiling: int | None
) -> tuple[Fraction, Fraction]:
    match entry:
        case Fixed(value):
            return value, value
        case RealInterval(least, most):
            return least, most
        case IntegerRange(least, most):
            if least.free_symbols | most.free_symbols <= set(known):
                low, high = entry.ends(name, known)
                low = low if floor is None else max(low, floor)
                high = high if ceiling is None else min(high, ceiling)
                return Fraction(low), Fraction(high)
    raise NotBuilt(f"{name} = {entry} follows numbers that are not whole, so that it is no box")


def substituted(domain: Space[Any], names: Iterable[str]) -> dict[Symbol, Expr]:
    """Numbers that the domain fixes or derives, as expressions in those that range over it.

    Raises:
        NotBuilt: a size is derived and may have to be rounded.
    """
    found: dict[Symbol, Expr] = {}
    for name in names:
        match domain[name]:
            case Fixed(value):
                found[domain.symbol(name)] = number(value)
            case Derived(expression):
                expression = expression.xreplace(found)
                if domain.is_whole(name) and not _is_whole(expression, domain):
                    raise NotBuilt(f"{name} = {expression} is rounded")
                found[domain.symbol(name)] = expression
    return found


def _is_whole(expression: Expr, domain: Space[Any]) -> bool:
    sizes = {x for x in expression.free_symbols if domain.is_whole(x.name)}
    if expression.free_symbols != sizes or not expression.is_polynomial(*sizes):
        return False
    return (
        all(each.is_Integer for each in expression.as_poly(*sizes).coeffs())
        if sizes
        else bool(expression.is_Integer)
    )
