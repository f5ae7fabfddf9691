"""The limit of a setting that no closed theorem claims: that of its process."""

from __future__ import annotations

import mpmath

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.equivalent.evaluate import DIGITS, evaluate_process
from ridgeproof.numerics.point import make_point
from ridgeproof.numerics.regime import regime
from ridgeproof.numerics.value import Value, solved_fit
from ridgeproof.theory.errors import InputError, NotBuilt, NoTheorem
from ridgeproof.theory.formula import ERROR_TERMS, Form
from ridgeproof.theory.settings.features import Elliptical
from ridgeproof.theory.settings.folds import facts_of
from ridgeproof.theory.settings.setting import Setting

__all__ = ["require_short", "term_of", "value_of_process"]

# Sets of labels, summed over the fits, that are solved for in seconds.
_MOST_SETS = 450


def value_of_process(setting: Setting, digits: int, *, certified: bool) -> Value:
    """The limit by the one theorem for processes.

    Args:
        setting: what to evaluate.
        digits: significant digits asked for.
        certified: whether the radius must be a theorem.

    Raises:
        NoTheorem: elliptical rows, where the kappa of a setting is not that of the fit.
        NotBuilt: a chain too long to be written out; lam = 0 where the least two of rows, width and
            dimension are equal; or d = inf.
        SolverError: no certified branch, or the equations do not hold.
    """
    if isinstance(setting.features, Elliptical):
        raise NoTheorem(
            "on elliptical rows a setting's kappa is not that of the fit; evaluate its process, "
            "setting.process(), or the file that --as-process writes"
        )
    require_short(setting)
    try:
        found = evaluate_process(setting.process(), digits=digits, certified=certified)
    except InputError as error:  # the setting is one: it is the theorem that has no answer
        raise NotBuilt(f"the limit of {setting}, which no closed theorem claims: {error}") from None
    shares = {source: of.item() for source, of in (found.terms["test_error"] or {}).items()}
    radius = found.radii.get("test_error")
    point = make_point(setting, Float64() if digits <= DIGITS else Balls(digits))
    with mpmath.workdps(digits + 5):
        terms = {
            name: sum(share for source, share in shares.items() if term_of(source) == name)
            for name in ERROR_TERMS
        }
        rounding = sum(map(abs, shares.values())) * mpmath.mpf(10) ** -digits
    return Value(
        value=found.values["test_error"].item(),
        radius=rounding if radius is None else radius.item(),
        terms=terms,
        **solved_fit(point, digits),
        regime=regime(setting),
        formulas=("process",),
        form=Form.LIMIT.value,
        is_exact=False,
        exact_pieces=(),
        digits=digits,
        certified=certified,
    )


def require_short(setting: Setting) -> None:
    """Refuse a chain whose equations would not be solved in seconds.

    Raises:
        NotBuilt: it has too many sets of labels.
    """
    try:
        sets = sum(len(fact.node.groups) for fact in facts_of(setting, whole=True))
    except InputError:
        sets = _MOST_SETS + 1
    if sets > _MOST_SETS:
        raise NotBuilt(
            f"n = {setting.n} generations that see each other's rows are too many for the one "
            f"theorem for processes, which takes {_MOST_SETS} sets of labels, each fit's counted: "
            "take fewer"
        )


def term_of(source: str) -> str:
    """The term that a source of the error belongs to: a noise of generators, another, the truth.

    >>> term_of("sigma0_2"), term_of("W*sigma0"), term_of("W*sigma_real"), term_of("w0")
    ('synthetic', 'synthetic', 'variance', 'bias')
    """
    factors = source.split("*")  # W, the weight of a real label, may stand before a noise
    if any(factor.startswith("sigma0") for factor in factors):
        return "synthetic"
    return "variance" if any(factor.startswith("sigma") for factor in factors) else "bias"
