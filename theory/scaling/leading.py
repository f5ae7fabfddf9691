"""The formulas of a process at leading order: kappas, unknowns, asks, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from sympy import (
    QQ,
    Add,
    Dummy,
    Expr,
    Float,
    Mul,
    Rational,
    StrictLessThan,
    Symbol,
    expand_mul,
    log,
    zeta,
)

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas, unfolded
from ridgeproof.theory.equivalent.formulas.unknowns import Unknown, UnknownKind
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.scaling.gathering import gathered
from ridgeproof.theory.scaling.order import DIGITS, Cancelled, Order, Place, number
from ridgeproof.theory.scaling.scale import Scale
from ridgeproof.theory.scaling.sums import Monomial, monomial, sum_order
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["Leading", "Orders", "PowerLaws"]

_EXACT = Rational(1, 10**24)
# Unknowns of what is differentiated.
_MOST = 3


@dataclass(frozen=True)
class PowerLaws:
    """s_i = i^-beta and s_i w0_i^2 = i^-(1 + 2 beta r)/zeta(1 + 2 beta r); None is left open."""

    beta: Fraction | None
    r: Fraction | None


class Leading:
    """What a process asks, ready for places.

    Args:
        formulas: of the process.
        values: of the parameters that have no power.
        scale: of the others.
        laws: of spectrum and signal.
    """

    def __init__(
        self,
        formulas: ProcessFormulas,
        values: Mapping[str, Fraction],
        scale: Scale,
        laws: PowerLaws,
    ) -> None:
        self.formulas, self.values, self.scale, self.laws = formulas, values, scale, laws
        self.kappas = frozenset(
            x for each in formulas.unknowns if each.kind is UnknownKind.KAPPA for x in each.symbols
        )
        self.asks = {name: gathered(ask, self.kappas) for name, ask in formulas.asks.items()}
        self.unknowns = [
            (each, [gathered(side, self.kappas) for side in each.right])
            for each in formulas.unknowns
        ]

    @cache  # noqa: B019
    def growth(self, ask: str) -> Expr:
        """d ask/d log lam, of the penalties that fall with ell, with all names but kappas given up.

        Raises:
            NotBuilt: it is too long, or holds such a penalty itself.
        """
        unknowns = self.formulas.unknowns
        if len(unknowns) > _MOST:
            raise NotBuilt("what the penalty changes at next order")
        whole = _multiplied(unfolded(self.formulas.asks[ask], unknowns))
        grown = []
        for unknown in unknowns:
            if unknown.kind is UnknownKind.KAPPA:
                ((left,), (right,), (kappa,)) = unknown.left, unknown.right, unknown.symbols
                if share := sum(left.diff(x) * x * a for x, a in self._falling.items()):
                    grown.append(whole.diff(kappa) * share / right.diff(kappa))
        made = _multiplied(Add(*grown))
        if self._falling.keys() & whole.free_symbols:
            raise NotBuilt("what the penalty changes at next order, in a formula that holds it")
        return gathered(made, self.kappas)

    @property
    def _falling(self) -> dict[Symbol, Rational]:
        """The parameters that fall with ell, and how fast."""
        ell = Symbol("ell", positive=True)
        parameters = self.formulas.parameters
        return {
            parameters[name]: -exponent.coeff(ell)
            for name, (_, exponent) in self.scale.powers.items()
            if name in parameters and exponent.has(ell)
        }

    def at(self, place: Place) -> Orders:
        """The orders at a place."""
        return Orders(self, place)


class Orders:
    """One pass over the formulas."""

    def __init__(self, leading: Leading, place: Place) -> None:
        self.leading, self.place = leading, place
        space = place.space
        self.one = Order(space.form(0), Float(1, DIGITS))
        self.known: dict[Expr, Order | None] = {}
        for name, symbol in {**leading.formulas.parameters, "d": sy.d}.items():
            if name in leading.scale.powers:
                factor, exponent = leading.scale.powers[name]
                self.known[symbol] = Order(space.form(exponent), number(factor))
            elif name != "d":
                value = leading.values[name]
                self.known[symbol] = Order(space.form(0), number(value)) if value else None
        self.end = self.known.get(sy.d)
        beta, r = (
            space.generators[name] if value is None else space.form(value)
            for name, value in (("beta", leading.laws.beta), ("r", leading.laws.r))
        )
        source = 1 + 2 * beta * r
        size = zeta(place.float(source)) ** Rational(-1, 2)
        self.levels: dict[Symbol, Monomial] = {
            sy.s: Monomial(self.one, beta),
            sy.w0: Monomial(Order(space.form(0), size), (source - beta) * QQ(1, 2)),
        }
        if leading.formulas.levels:
            listed = ", ".join(sorted(map(str, leading.formulas.levels)))
            raise NotBuilt(f"profiles other than s and w0 have no leading order here: {listed}")
        self.unknowns = {x: each for each in leading.unknowns for x in each[0].symbols}

    def holds(self) -> bool:
        """Whether the sizes are in the order that the formulas assume."""
        for assumed in self.leading.formulas.assumptions:
            if isinstance(assumed, StrictLessThan):
                if self.end is None and sy.d in assumed.args:
                    if assumed.gts != sy.d:
                        return False
                    continue
                gap = self.of(assumed.gts - assumed.lts)
                if gap is None or gap.factor <= 0:
                    return False
        return True

    def ask(self, name: str) -> Order | None:
        """The order of an ask."""
        return self.of(self.leading.asks[name])

    def growth(self, name: str) -> Order | None:
        """The order of what a larger penalty changes in an ask."""
        return self.of(self.leading.growth(name))

    def of(self, expression: Expr) -> Order | None:
        """The order of a number.

        Raises:
            Cancelled: of a part nothing is known but that it is small, and it decides.
            NotBuilt: a part has no order here.
        """
        if expression not in self.known:
            self.known[expression] = self._found(expression)
        return self.known[expression]

    def _found(self, expression: Expr) -> Order | None:
        if expression in self.unknowns:
            self._solve(*self.unknowns[expression])
            return self.known[expression]
        if expression.is_Rational:
            if not expression:
                return None
            return Order(self.one.exponent, number(expression))
        if isinstance(expression, SpectralSum):
            return sum_order(expression.summand, self.levels, self.of, self.end, self.place)
        if expression.is_Add:
            return Order.total(map(self.of, expression.args), self.place)
        if expression.is_Mul:
            made = self.one
            for part in expression.args:
                order = self.of(part)
                if order is None:
                    return None
                made = made.times(order)
            return made
        base, exponent = expression.as_base_exp()
        if expression.is_Pow and exponent.is_Rational:
            order = self.of(base)
            if order is None and exponent < 0:
                raise NotBuilt(f"{base} is zero in a denominator")
            return None if order is None else order.power(exponent)
        if expression == sy.d:
            raise NotBuilt("d itself enters, and is infinite: give d in --scale")
        raise NotBuilt(f"{expression} has no leading order here")

    # --- unknowns

    def _solve(self, unknown: Unknown, right: Sequence[Expr]) -> None:
        match unknown.kind:
            case UnknownKind.SIZE | UnknownKind.VALUE:
                self.known[unknown.symbols[0]] = self.of(right[0])
            case UnknownKind.KAPPA:
                self._kappa(unknown)
            case UnknownKind.SYSTEM:
                self._system(unknown, right)
            case UnknownKind.RESPONSES:
                raise NotBuilt("fits on rows of several covariances or weights")
            case UnknownKind.PROFILE:
                raise NotBuilt("formulas this large")

    def _kappa(self, unknown: Unknown) -> None:
        """lam = kappa (1 - df1/T): kappa ~ lam, or where that gave df1 > T the kappa of df1 = T."""
        ((left,), (right,), (kappa,)) = unknown.left, unknown.right, unknown.symbols
        assert unknown.level is not None
        level = monomial(unknown.level, self.levels, self.of, self.one)
        lam = self.of(left)
        factors = [(x.as_base_exp()) for x in Mul.make_args(right) if x.has(SpectralSum)]
        saturated: list[tuple[Expr, Rational, Order | None]] = []
        for factor, power in factors:
            size = self._size(factor)
            least = self._saturation(size, level)
            saturated.append((factor, power, least))
        candidates = [each for _, _, each in saturated if each is not None]
        candidates += [] if lam is None else [lam]
        if not candidates:
            raise NotBuilt("a fit without ridge whose rows outnumber the directions")
        best = Order.total([Order(x.exponent, Float(1, DIGITS)) for x in candidates], self.place)
        assert best is not None
        exponent = best.exponent
        active = [
            (f, p) for f, p, least in saturated if least is not None and least.exponent == exponent
        ]
        pushed = lam is not None and lam.exponent == exponent
        if not active:
            self.known[kappa] = lam
            return
        found = _root(
            lambda K: self._used(kappa, Order(exponent, K), [f for f, _ in active]),
            [int(p) for _, p in active],
            lam.factor if lam is not None and pushed else Float(0, DIGITS),
            1 / self.place.float(level.slope),
        )
        self.known[kappa] = Order(exponent, found)
        if pushed:
            return
        # 1 - df1/T is lam/kappa over the other factors, which vanishes.
        used = self._used(kappa, Order(exponent, found), [f for f, _ in active])
        vanishing = [
            (f, p)
            for (f, p), share in zip(active, used, strict=True)
            if abs(1 - share) < Rational(1, 10**15)
        ]
        rest = self.known[kappa]
        assert rest is not None
        for factor, power in factors:
            if (factor, power) not in vanishing:
                order = self.of(factor)
                assert order is not None
                rest = rest.times(order.power(power))
        count = sum(power for _, power in vanishing)
        for factor, _ in vanishing:
            gap = None if lam is None else lam.times(rest.power(Rational(-1)))
            self.known[factor] = None if gap is None else gap.power(Rational(1) / count)

    def _size(self, factor: Expr) -> Order:
        """T of the factor 1 - df1/T."""
        (share,) = (each for each in factor.args if each.has(SpectralSum))
        (df1,) = share.atoms(SpectralSum)
        order = self.of(-df1 / share)
        assert order is not None
        return order

    def _saturation(self, size: Order, level: Monomial) -> Order | None:
        """The order of kappa at df1 = T, where d is larger than T."""
        if self.end is not None:
            ahead = self.place.compare(self.end.exponent, size.exponent)
            if ahead < 0 or (ahead == 0 and self.end.factor < size.factor):
                return None
            if ahead == 0 and self.end.factor == size.factor:
                raise NotBuilt("as many rows as directions")
        return Order(level.order.exponent - level.slope * size.exponent, size.factor)

    def _used(self, kappa: Symbol, order: Order, factors: Sequence[Expr]) -> list[Float]:
        """df1/T for each factor at a kappa of that order, at leading order."""
        shares = []
        for factor in factors:
            (share,) = (each for each in factor.args if each.has(SpectralSum))
            self.known[kappa] = order
            (df1,) = share.atoms(SpectralSum)
            found = self.of(-share)
            for part in (df1, -share):
                self.known.pop(part, None)
            assert found is not None
            shares.append(found.factor)
        return shares

    def _system(self, unknown: Unknown, right: Sequence[Expr]) -> None:
        """x = b + N x, by elimination."""
        zero = dict.fromkeys(unknown.symbols, 0)
        given = [self.of(each.subs(zero)) for each in right]
        rows = [
            [
                self.of(gathered(Rational(x == y) - each.diff(y), frozenset()))
                for y in unknown.symbols
            ]
            for x, each in zip(unknown.symbols, right, strict=True)
        ]
        for name, found in zip(unknown.symbols, _eliminated(rows, given, self.place), strict=True):
            self.known[name] = found


def _multiplied(expression: Expr) -> Expr:
    """Products of sums multiplied out, but for what is within spectral sums."""
    names = {x: Dummy() for x in expression.atoms(SpectralSum)}
    return expand_mul(expression.xreplace(names)).xreplace({y: x for x, y in names.items()})


def _root(
    used: Callable[[Float], list[Float]], powers: Sequence[int], lam: Float, rate: Float
) -> Float:
    """The largest K with lam = K prod (1 - used(K))^power, where used ~ K^-rate."""
    start = max(used(Float(1, DIGITS))) ** (1 / rate)
    edge = _secant(lambda K: log(max(used(K))), start, start * Rational(11, 10))
    if not lam:
        return edge

    def excess(K: Float) -> Float:
        kept = zip(used(K), powers, strict=True)
        return K * Mul(*((1 - share) ** power for share, power in kept)) - lam

    return _secant(excess, edge + lam, edge + 2 * lam)


def _secant(function: Callable[[Float], Float], first: Float, second: Float) -> Float:
    """A root, from two places near it.

    Raises:
        NotBuilt: it is not found.
    """
    low, high = function(first), function(second)
    for _ in range(60):
        if abs(low) < _EXACT * abs(first):
            return first
        first, second = second, (first * high - second * low) / (high - low)
        low, high = high, function(second)
        if high == low:
            return second
    raise NotBuilt("the leading factor of a kappa")


def _eliminated(
    rows: list[list[Order | None]], right: list[Order | None], place: Place
) -> list[Order | None]:
    """The solution of a small linear system at leading order."""
    minus = Rational(-1)
    size = range(len(rows))
    for k in size:
        pivot = rows[k][k]
        if pivot is None or not pivot.factor:
            raise Cancelled("a linear system is singular at leading order")
        for j in size:
            below = rows[j][k]
            if j == k or below is None:
                continue
            ratio = below.times(pivot.power(minus))
            ratio = Order(ratio.exponent, -ratio.factor, ratio.logs)
            pairs = [(rows[j][m], rows[k][m]) for m in size] + [(right[j], right[k])]
            made = [
                Order.total([a, None if b is None else b.times(ratio)], place) for a, b in pairs
            ]
            rows[j], right[j] = made[:-1], made[-1]
            rows[j][k] = None
    found = []
    for k in size:
        given, pivot = right[k], rows[k][k]
        assert pivot is not None
        found.append(None if given is None else given.times(pivot.power(minus)))
    return found
