"""Many generations: where the error grows without bound, and where the signal is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ridgeproof.numerics.chains.phase import PhaseReport, phase
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.figures.figure import Figure
from ridgeproof.verification.figures.panels import Curve, Field, Mark, Note, Panel
from ridgeproof.verification.figures.tracing import Line, Request, Run, geometric, rational

__all__ = ["CASES", "FIGURE", "base"]

# Each has a label, T0/d, lam0 and a design.
CASES = (
    ("$T_0 = 2d$, $\\lambda_0 = 0$", Fraction(2), Fraction(0), "independent"),
    ("$T_0 = d/2$, shared", Fraction(1, 2), Fraction(0), "shared"),
    ("$T_0 = 2d$, $\\lambda_0 = 0.1$", Fraction(2), Fraction(1, 10), "independent"),
    ("$T_0 = d/2$, $\\lambda_0 = 0$", Fraction(1, 2), Fraction(0), "independent"),
)
_SHOWN = (1, 2, 5, 12, 30)
_REPETITIONS = 24
_COLUMNS, _ROWS = 28, 20  # of the maps
_PENALTIES = (Fraction(0), Fraction(1, 30), Fraction(1, 3))


def base(d: int, share: Fraction, lam0: Fraction, design: str = "independent") -> Setting:
    """Isotropic, T = 2 d, noise 1/2 everywhere."""
    return make_setting(
        d=d, T=2 * d, T0=round(share * d), n=1, sigma="1/2", sigma0="1/2", lam="1/10", lam0=lam0,
        design=design,
    )  # fmt: skip


def measure(run: Run) -> tuple[Panel, ...]:
    """Two maps over (T0/d, lam0), and the course of four chains."""
    d = run.size(60)
    memory, plateau = _maps(run)
    return (
        _map("generations until half of the signal is forgotten", memory),
        _map("the error after many generations, $E_\\infty$   ($b = 1$)", plateau),
        Panel(
            f"four chains   ($d = {d}$, $T = {2 * d}$, $\\lambda = 0.1$)",
            "$n$",
            "test error $E$",
            (*run.trace(_chains(d)), *_limits(d)),
        ),
        Panel(
            "the plateau $E_\\infty$ against $T_0$   (dotted: $T_0 = d$)",
            "$T_0/d$",
            "$E_\\infty$",
            tuple(_plateaus(hue, lam0, run.count(60)) for hue, lam0 in enumerate(_PENALTIES)),
            xscale="linear",
            marks=(Mark(1.0, ""),),
        ),
    )


def _map(title: str, field: Field) -> Panel:
    low = min(field.y)
    return Panel(
        title,
        "$T_0/d$",
        "$\\lambda_0$",
        xscale="linear",
        field=field,
        marks=(Mark(1.0, ""),),
        notes=(Note(2.05, 1.35 * low, "at $\\lambda_0 = 0$, $T_0 > d$: linear growth"),),
    )


def _maps(run: Run) -> tuple[Field, Field]:
    # The limit does not depend on d: any d that makes T0 whole will do.
    d = 120
    shares = [round(x * d) / d for x in geometric(0.1, 3, run.count(_COLUMNS))]
    penalties = geometric(1e-3, 3, run.count(_ROWS))
    reports = [
        [phase(base(d, rational(x).limit_denominator(d), rational(y))) for x in shares]
        for y in penalties
    ]
    return tuple(  # type: ignore[return-value]
        Field(tuple(shares), tuple(penalties), tuple(map(tuple, values)), levels, "")
        for values, levels in (
            (
                [[float(r.generations()) for r in row] for row in reports],
                (1, 2, 5, 10, 50),
            ),
            (
                [[_plateau(r) for r in row] for row in reports],
                (1.2, 1.5, 2, 5, 20),
            ),
        )
    )


def _plateau(report: PhaseReport) -> float:
    assert report.limit_error is not None
    return float(report.limit_error)


def _chains(d: int) -> Iterator[Line]:
    for label, share, lam0, design in CASES:
        setting = base(d, share, lam0, design)
        yield Line(
            label,
            [(n, setting.with_(n=n)) for n in (*range(1, 10), *range(10, 41, 3))],
            [Request(n, setting.with_(n=n), _REPETITIONS) for n in _SHOWN],
        )


def _limits(d: int) -> Iterator[Curve]:
    """The plateaus of the chains that forget."""
    for label, share, lam0, design in CASES:
        del label
        found = phase(base(d, share, lam0, design)).limit_error
        if found is not None:
            yield Curve("", (1, 40), (float(found), float(found)), reference=True)


def _plateaus(hue: int, lam0: Fraction, count: int) -> Curve:
    """E_inf along T0; without ridge it ends where T0 = d, because it is infinite there."""
    shares = [3 * (k + 1) / count for k in range(count)]
    kept = [x for x in shares if lam0 or x <= 0.95]
    values = [_plateau(phase(base(120, rational(x), lam0))) for x in kept]
    return Curve(f"$\\lambda_0 = {lam0}$", tuple(kept), tuple(values), hue=hue)


FIGURE = Figure(
    name="phase-diagram",
    title="Two ways to collapse: linear growth, or forgetting",
    shows=(
        "What many generations do, over the rows T0 and the ridge lam0 of the generators "
        "(isotropic). Without ridge and with T0 > d every generation adds the same error, without "
        "bound. Anywhere else the signal is forgotten geometrically and the error tends to E_inf. "
        "A shared design forgets only once, and adds noise for ever. Dotted: E_inf."
    ),
    measure=measure,
)
