"""The source's first experiment: isotropic features in d = 300, error against T and against lam."""

from __future__ import annotations

from collections.abc import Iterator

from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.figures.figure import Figure
from ridgeproof.verification.figures.panels import Panel
from ridgeproof.verification.figures.tracing import Line, Request, Run, geometric, rational

__all__ = ["FIGURE", "GENERATIONS", "base"]

GENERATIONS = (0, 1, 5, 10)
_REPETITIONS = 16
_LITERAL = 5  # the number of generators that is simulated literally too


def base(d: int, n: int) -> Setting:
    """T = T0 = 2 d, noise 1/2 everywhere, a small ridge."""
    return make_setting(d=d, T=2 * d, T0=2 * d, n=n, sigma="1/2", sigma0="1/2", lam="1/100")


def measure(run: Run) -> tuple[Panel, ...]:
    """Both panels, curves by number of generations."""
    d = run.size(300)
    return (
        Panel(
            f"against $T$   ($d = {d}$, $T_0 = {2 * d}$, $\\lambda = 0.01$)",
            "$T$",
            "test error $E$",
            run.trace(_against_rows(d, run.count(60))),
        ),
        Panel(
            f"against $\\lambda$   ($d = {d}$, $T = T_0 = {2 * d}$)",
            "$\\lambda$",
            "test error $E$",
            run.trace(_against_penalty(d, run.count(60))),
        ),
    )


def _against_rows(d: int, count: int) -> Iterator[Line]:
    dense = sorted({round(x * d) for x in geometric(1 / 3, 10, count)})
    sparse = [d // 3, 2 * d // 3, d, 3 * d // 2, 2 * d, 4 * d, 10 * d]
    for n in GENERATIONS:
        setting = base(d, n)
        points = [Request(T, setting.with_(T=T), _REPETITIONS) for T in sparse]
        if n == _LITERAL:
            rows = (d // 2, 3 * d)
            points += [Request(T, setting.with_(T=T), _REPETITIONS, "literal") for T in rows]
        yield Line(f"$n = {n}$", [(T, setting.with_(T=T)) for T in dense], points)


def _against_penalty(d: int, count: int) -> Iterator[Line]:
    for n in GENERATIONS:
        setting = base(d, n)
        points = [
            Request(x, setting.with_(lam=rational(x)), _REPETITIONS) for x in geometric(1e-3, 10, 7)
        ]
        if n == _LITERAL:
            points += [
                Request(x, setting.with_(lam=rational(x)), _REPETITIONS, "literal")
                for x in (0.05, 5.0)
            ]
        yield Line(
            f"$n = {n}$",
            [(x, setting.with_(lam=rational(x))) for x in geometric(1e-3, 10, count)],
            points,
        )


FIGURE = Figure(
    name="isotropic",
    title="Isotropic features: every generation adds error, and asks for more ridge",
    shows=(
        "The error of ridge regression on labels made by n generators, against the number of rows "
        "T (left) and against the penalty lam (right, the U shape, whose minimum moves to the "
        "right as n grows). Lines are the deterministic equivalent; points are simulated and are "
        "compared with the exact value at this size."
    ),
    measure=measure,
)
