"""The number that an expression of the calculus takes in a world, and exact averages of it."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np
from scipy.special import polygamma as _polygamma
from sympy import Add, Expr, Mul, Number, NumberSymbol, Piecewise, Pow, Symbol, polygamma

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import A, W
from ridgeproof.theory.calculus.words import Tr, Word, occurs, transposed
from ridgeproof.theory.definitions import DEFINITIONS
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.verification.derivations.worlds import World

__all__ = ["average_over_labeller", "average_over_noise", "holds", "value"]


def value(expression: Expr, world: World) -> Any:
    """The number (or level array) that an expression takes in a world.

    A letter may hold a stack of matrices; a trace is then an array over the stack.
    """
    return _value(expression, world, {})


def _value(expression: Expr, world: World, traces: dict[Expr, Any]) -> Any:
    if isinstance(expression, Tr):
        if expression not in traces:
            traces[expression] = _trace(expression.word, world)
        return traces[expression]
    if isinstance(expression, SpectralSum):
        # A number for each of a stack of designs stands beside the directions.
        stacks = {x: each[..., None] for x, each in world.scalars.items() if np.ndim(each)}
        beside = replace(world, scalars={**world.scalars, **stacks}) if stacks else world
        terms, _ = np.broadcast_arrays(_value(expression.summand, beside, {}), world.levels[sy.s])
        total = np.sum(terms, axis=-1)
        return total if np.iscomplexobj(total) or np.ndim(total) else float(total)
    if isinstance(expression, Symbol):
        if expression in world.levels:
            return world.levels[expression]
        if expression in world.scalars:
            return world.scalars[expression]
        return _value(DEFINITIONS[expression], world, traces)
    if isinstance(expression, Number | NumberSymbol):
        return float(expression)
    if isinstance(expression, Piecewise):
        numbers = {x: value(x, world) for x in expression.free_symbols & set(world.scalars)}
        branch = next(part for part, holds in expression.args if bool(holds.subs(numbers)))
        return value(branch, world)
    if isinstance(expression, polygamma):
        order, argument = expression.args
        return _polygamma(int(order), value(argument, world))
    if isinstance(expression, Add):
        return sum((_value(term, world, traces) for term in expression.args), start=0.0)
    if isinstance(expression, Mul):
        result: Any = 1.0
        for factor in expression.args:
            result = result * _value(factor, world, traces)
        return result
    if isinstance(expression, Pow):
        return _value(expression.base, world, traces) ** _value(expression.exp, world, traces)
    raise NotBuilt(f"no number for {expression.func.__name__} in a world")


def _trace(word: Word, world: World) -> Any:
    """tr(P Q) as the sum of P_ij Q_ji: the last of the products need not be formed."""
    *others, last = (world.letters[symbol] for symbol in word)
    if not others:
        return np.trace(last, axis1=-2, axis2=-1)
    product = reduce(np.matmul, others)
    return np.sum(product * np.swapaxes(last, -1, -2), axis=(-2, -1))


def average_over_noise(expression: Expr, world: World, noise: Symbol) -> float:
    """Exact expectation over a normal vector for expressions at most quadratic in it.

    The 2N points +-sqrt(N) e_i have mean zero and second moment I, as it has.
    """
    size = len(world.letters[noise])
    total = 0.0
    for i in range(size):
        for sign in (1.0, -1.0):
            point = np.zeros((size, 1))
            point[i] = sign * np.sqrt(size)
            total += value(expression, world.with_letters({noise: point}))
    return total / (2 * size)


def average_over_labeller(expression: Expr, world: World) -> float:
    """Exact expectation over the labelling model w for expressions at most quadratic in it."""
    mean = world.levels[sy.m]
    root = np.linalg.cholesky(world.letters[A] - np.outer(mean, mean))
    d = len(mean)
    total = 0.0
    for column in np.hstack([root, -root]).T * np.sqrt(d):
        total += value(expression, world.with_letters({W: (mean + column)[:, None]}))
    return total / (2 * d)


def holds(letter: Symbol, expression: Expr) -> bool:
    """Whether the letter or its transpose occurs."""
    return occurs(letter, expression) or occurs(transposed(letter), expression)
