"""Lines on the response of normal entries, measured on random pencils.

A pencil of two fits that share their rows, a student on its teacher's labels with a share of the
teacher kept, is drawn with its matrix X and inverted as one dense matrix.  Blocks of that inverse
are all that the lines are about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from sympy import Add, Expr, Mul, Number, Pow, Symbol, lambdify
from sympy.core.function import AppliedUndef

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.theory.calculus.derivation import Step
from ridgeproof.theory.theorems.process_limit import BOUND, IDENTITY, MEAN

__all__ = ["check_response"]

_D, _T, _DRAWS = 8, 12, 800
# Few and small for what holds at every size: there all terms are large.
_SMALL_D, _SMALL_T, _MANY = 2, 3, 100_000
_GROWN = (1, 2, 4)
_ROUNDING = 1e-9
_CHANCE = 5.0
# A relative remainder times T may grow by this from one size to the largest; one that stays grows
# by four.
_GROWTH = 2.0
_BATCH = 100


def check_response(step: Step) -> tuple[bool, float, float, str]:
    """Whether a line holds; how far its sides are apart, and may be; and how that was found."""
    left, right = step.expression.args
    if step.rule.name == BOUND:
        return _bound(step.expression)
    if step.rule.name == IDENTITY:
        world = _blocks(_SMALL_D, _SMALL_T, _MANY)
        one, other = _value(left, world), _value(right, world)
        gap, allowed = float(abs(one - _square(other, one.shape[-1])).max()), _ROUNDING
        return gap <= allowed, gap, allowed, "in every draw"
    if step.rule.name == MEAN:
        world = _blocks(_SMALL_D, _SMALL_T, _MANY)
        gaps = _value(left.args[0], world) - _value(_inside(right), world)
        error = gaps.std(axis=0) / np.sqrt(len(gaps))
        score = abs(gaps.mean(axis=0)) / np.maximum(error, _ROUNDING)
        gap = float(score.max())
        return gap <= _CHANCE, gap, _CHANCE, "standard errors of a mean"
    scaled = []
    for k in _GROWN:
        halves = [_relative(left, right, _grown(k, part)) for part in range(4)]
        scaled.append((k * np.mean(halves, axis=0), k * np.std(halves, axis=0) / np.sqrt(3)))
    (first, noise), *_, (last, chance) = scaled
    allowed = _GROWTH * float(abs(first).max()) + _CHANCE * float((noise + chance).max())
    gap = float(abs(last).max())
    return gap <= allowed, gap, allowed, "relative remainder times T at d = 8, 16, 32"


def _inside(right: Expr) -> Expr:
    """The line of single draws, of s E(...)."""
    return right.replace(
        lambda x: isinstance(x, AppliedUndef) and x.func.__name__ == "E", lambda x: x.args[0]
    )


def _relative(left: Expr, right: Expr, world: Mapping[str, Array]) -> Array:
    one, other = (_value(side, world).mean(axis=0) for side in (left, right))
    return np.asarray((one - other) / abs(one).max())


def _grown(k: int, part: int) -> Mapping[str, Array]:
    return _blocks(_D, _T, _DRAWS // k, k, part)


@lru_cache(maxsize=16)
def _blocks(d: int, T: int, draws: int, k: int = 1, part: int = 0) -> Mapping[str, Array]:
    """Blocks of the inverse at the first direction, (draws, rows or 1, blocks, blocks)."""
    rng = np.random.Generator(np.random.PCG64DXSM([20240212, k, part]))
    s = np.repeat(np.linspace(0.4, 1.6, d), k)
    q = np.repeat(np.linspace(1.3, 0.7, d), k)
    d, T = k * d, k * T
    # Models: the truth, a teacher, its student and 2/5 of the teacher; residuals of both fits.
    nu, D = np.eye(3), np.array([[0, 0, 0], [0, 0, 0], [0, 0.4, 0]])
    beta = np.array([[0, 0], [1, 0], [0, 1]]) / T
    alpha = np.array([[1.0, -1, 0], [0, 1, -1]])
    mu, N = np.diag([0.4, 0.7]), np.array([[0.8, 0], [0.3, 0.5]])
    Q = np.zeros((3, 3))
    Q[0, 0] = 1 / d
    L0 = np.zeros((3 * d + 2 * T, 3 * d + 2 * T))
    L0[: 3 * d, : 3 * d] = np.kron(np.eye(d), nu - D)
    L0[3 * d :, 3 * d :] = np.kron(np.eye(T), mu)
    second = np.zeros_like(L0)
    second[: 3 * d, : 3 * d] = np.kron(np.eye(d), Q)
    second[3 * d :, 3 * d :] = np.kron(np.eye(T), N @ N.T)
    found: dict[str, list[Array]] = {}
    for _ in range(draws // _BATCH):
        X = rng.standard_normal((_BATCH, T, d)) * np.sqrt(s)
        L = np.broadcast_to(L0, (_BATCH, *L0.shape)).copy()
        L[:, : 3 * d, 3 * d :] = -np.einsum("nji,i,ab->niajb", X, q, beta).reshape(
            _BATCH, 3 * d, 2 * T
        )
        L[:, 3 * d :, : 3 * d] = -np.einsum("nji,ba->njbia", X, alpha).reshape(_BATCH, 2 * T, 3 * d)
        R = np.linalg.inv(L)
        C = R @ second @ np.swapaxes(R, 1, 2)
        for name, A in (("R", R), ("C", C)):
            for key, block in _small(A, d, T, s, q).items():
                found.setdefault(f"{name}_{key}", []).append(block)
        found.setdefault("X_ji", []).append(X[:, :, 0, None, None])
    known = {name: np.concatenate(parts) for name, parts in found.items()}
    fixed = {"nu": nu, "D": D, "mu": mu, "q": np.eye(1) * q[0], "beta": beta, "alpha": alpha}
    fixed |= {"N": N, "Q": Q, "s_i": np.eye(1) * s[0], "T": np.eye(1) * T}
    known |= {name: value[None, None] for name, value in fixed.items()}
    turned = {f"{name}^T": np.swapaxes(value, 2, 3) for name, value in known.items()}
    return known | turned


def _small(A: Array, d: int, T: int, s: Array, q: Array) -> dict[str, Array]:
    """Blocks (i, i), (j, i), (i, j), (j, j) of a dense matrix, and sums over directions."""
    count = len(A)
    models = A[:, : 3 * d, : 3 * d].reshape(count, d, 3, d, 3)
    down = A[:, 3 * d :, :3].reshape(count, T, 2, 3)
    across = A[:, :3, 3 * d :].reshape(count, 3, T, 2).swapaxes(1, 2)
    rows = A[:, 3 * d :, 3 * d :].reshape(count, T, 2, T, 2)
    own = np.einsum("niaib->niab", models)
    return {
        "ii": models[:, None, 0, :, 0],
        "ji": down,
        "ij": across,
        "jj": np.einsum("njajb->njab", rows),
        "ii s": np.einsum("i,niab->nab", s, own)[:, None],
        "ii s q": np.einsum("i,niab->nab", s * q, own)[:, None],
    }


def _value(expression: Expr, world: Mapping[str, Array]) -> Array:
    """(draws or 1, rows or 1, blocks, blocks); numbers are 1 x 1, or multiples of the identity."""
    match expression:
        case Symbol():
            return world[expression.name]
        case Number():
            return np.full((1, 1, 1, 1), float(expression))
        case Add():
            terms = [_value(each, world) for each in expression.args]
            size = max(each.shape[-1] for each in terms)
            return sum((_square(each, size) for each in terms), start=np.zeros((1, 1, 1, 1)))
        case Mul():
            product = _value(expression.args[0], world)
            for each in expression.args[1:]:
                product = _times(product, _value(each, world))
            return product
        case Pow():
            base = _value(expression.base, world)
            singular = (np.linalg.det(base) == 0).any()  # as in no true line
            return np.full_like(base, np.nan) if singular else np.asarray(np.linalg.inv(base))
    name, (inside,) = expression.func.__name__, expression.args
    if name == "sum_i":
        kept = [str(x) for x in Mul.make_args(inside)]
        matrix = next(x for x in kept if x.endswith("_ii"))
        weights = [x.removesuffix("_i") for x in kept if x != matrix]
        return world[" ".join([matrix, *sorted(weights, reverse=True)])]
    return np.asarray(_OVER[name](_value(inside, world)))


_OVER: Mapping[str, Callable[[Array], Any]] = {
    "E": lambda value: value.mean(axis=0, keepdims=True),
    "sum_j": lambda value: value.sum(axis=1, keepdims=True),
    "transpose": lambda value: np.swapaxes(value, 2, 3),
}


def _times(left: Array, right: Array) -> Array:
    alone = (1, 1) in {left.shape[2:], right.shape[2:]}
    return left * right if alone else left @ right


def _square(value: Array, size: int) -> Array:
    return value * np.eye(size) if value.shape[2:] == (1, 1) and size > 1 else value


def _bound(line: Expr) -> tuple[bool, float, float, str]:
    """On matrices of sums of products of two random families."""
    rng = np.random.Generator(np.random.PCG64DXSM(20240212))
    J, K = rng.standard_normal((2, 500, 3, 3, 4)) ** 3
    pairs = {"N_JK": (J, K), "N_JJ": (J, J), "N_KK": (K, K)}
    symbols = [Symbol(name, nonnegative=True) for name in pairs]
    numbers = [abs((one * other).sum(axis=-1)) for one, other in pairs.values()]
    known = {"radius": lambda matrix: abs(np.linalg.eigvals(matrix)).max(axis=-1)}
    less, more = lambdify(symbols, line.args, [known, "numpy"])(*numbers)
    gap = float((less / more).max())
    return gap <= 1 + _ROUNDING, gap, 1.0, "random families of three groups"
