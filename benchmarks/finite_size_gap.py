"""The O(1/d) gap between the limit and the exact finite-size error, isotropic ridge.

    python benchmarks/finite_size_gap.py      # writes docs/finite_size_gap.md and .svg

Both sides come from `evaluate`: the limit form and the exact form (Laguerre orthogonal ensemble),
at T = 3d/2 and T0 = 2d with n = 2 generations.
"""

from __future__ import annotations

from pathlib import Path

from numerics.evaluate import evaluate
from theory.formula import ERROR_TERMS, Form
from theory.setting import make_setting

DOCS = Path(__file__).parent.parent / "docs"
SIZES = (4, 8, 16, 32, 64, 128)
PENALTIES = ("0.01", "0.1", "1")
NAMES = ("test error", *ERROR_TERMS)


def gaps(d: int, lam: str) -> list[float]:
    """(exact - limit)/limit of the error and its terms."""
    setting = make_setting(d=d, T=3 * d // 2, T0=2 * d + 2, n=2, sigma="1/2", sigma0="1/2", lam=lam)
    exact, limit = (evaluate(setting, digits=20, form=form) for form in (Form.EXACT, Form.LIMIT))
    pairs = [(exact.value, limit.value)]
    pairs += [(exact.terms[name], limit.terms[name]) for name in ERROR_TERMS]
    return [float(x) / float(y) - 1 for x, y in pairs]


def table(rows: dict[tuple[str, int], list[float]]) -> str:
    """The gaps as Markdown."""
    lines = [
        "# Finite size against the limit",
        "",
        "Written by `python benchmarks/finite_size_gap.py`.  Relative gap (exact - limit)/limit of",
        "isotropic ridge with T = 3d/2, T0 = 2d + 2, n = 2, sigma = sigma0 = 1/2; both sides are",
        "computed, none is simulated (`ridgeproof evaluate --form exact` and `--form limit`).",
        "The last column is d times the gap of the error: it settles, so that the gap is O(1/d).",
        "",
        "![gap against d](finite_size_gap.svg)",
        "",
        f"| lam | d | {' | '.join(NAMES)} | d x gap |",
        "|---|---|" + "---|" * (len(NAMES) + 1),
    ]
    for (lam, d), values in rows.items():
        shown = " | ".join(f"{value:+.3%}" for value in values)
        lines.append(f"| {lam} | {d} | {shown} | {d * values[0]:+.3f} |")
    return "\n".join(lines) + "\n"


def plot(rows: dict[tuple[str, int], list[float]]) -> None:
    """The gaps on log-log axes, with a line of slope -1."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "ridgeproof"
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
    for lam, marker, colour in zip(
        PENALTIES, "osD", ("#0072B2", "#D55E00", "#009E73"), strict=True
    ):
        values = [abs(rows[lam, d][0]) for d in SIZES]
        axes.loglog(SIZES, values, marker=marker, color=colour)
        axes.annotate(
            f"lam = {lam}", (SIZES[-1], values[-1]), (6, 0), textcoords="offset points",
            color=colour, va="center",
        )  # fmt: skip
    axes.loglog(SIZES, [1.2 / d for d in SIZES], color="0.5", linestyle="--", linewidth=1)
    axes.annotate("slope -1", (SIZES[1], 1.3 / SIZES[1]), color="0.4")
    axes.set(xlabel="d  (T = 3d/2, T0 = 2d + 2)", ylabel="|exact - limit| / limit", xlim=(3.5, 400))
    figure.savefig(DOCS / "finite_size_gap.svg", metadata={"Date": None})


def main() -> None:
    """Compute, write the table, draw the figure."""
    rows = {(lam, d): gaps(d, lam) for lam in PENALTIES for d in SIZES}
    (DOCS / "finite_size_gap.md").write_text(table(rows), encoding="utf-8")
    plot(rows)
    print(table(rows))


if __name__ == "__main__":
    main()
