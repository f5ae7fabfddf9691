"""The O(1/d) gap between the limit and the exact finite-size error, isotropic ridge.

    python benchmarks/finite_size_gap.py      # writes docs/finite_size_gap.md

Both sides come from `evaluate`: the limit form and the exact form (Laguerre orthogonal ensemble),
at T = 3d/2 and T0 = 2d + 2 with n = 2 generations; `ridgeproof figure finite-size` draws them.
"""

from __future__ import annotations

from pathlib import Path

from ridgeproof.theory.formula import ERROR_TERMS
from ridgeproof.verification.figures.experiments.finite_size import PENALTIES, SIZES, gaps

DOCS = Path(__file__).parent.parent / "docs"
NAMES = ("test error", *ERROR_TERMS)


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
        "![gap against d](figures/finite-size.svg)",
        "",
        f"| lam | d | {' | '.join(NAMES)} | d x gap |",
        "|---|---|" + "---|" * (len(NAMES) + 1),
    ]
    for (lam, d), values in rows.items():
        shown = " | ".join(f"{value:+.3%}" for value in values)
        lines.append(f"| {lam} | {d} | {shown} | {d * values[0]:+.3f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Compute and write the table."""
    rows = {(lam, d): gaps(d, lam) for lam in PENALTIES for d in SIZES}
    (DOCS / "finite_size_gap.md").write_text(table(rows), encoding="utf-8")
    print(table(rows))


if __name__ == "__main__":
    main()
