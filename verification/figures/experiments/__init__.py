"""The experiments to look at: one module each, exporting FIGURE; a new figure is a new module here.

The interface, for whoever adds one:

    FIGURE = Figure(name="digits", title="...", shows="...", measure=measure)

    def measure(run: Run) -> tuple[Panel, ...]: ...

`run` (`verification.figures.tracing.Run`) holds the seed, an executor and the effort.  For settings
of the process, plan each curve as a `Line` (settings for the theory, `Request`s to simulate) and
let ``run.trace(lines)`` make the curves.  An experiment with its own data builds `Curve`, `Point`
and `Panel` of `verification.figures.panels` itself: ``Point(x, mean, standard_error, theory,
against=...)``, with `Against.PREDICTION` for a predicted curve.  It takes its random numbers from
``run.seed`` and calls ``run.tick()`` for each point done.  Sizes follow ``run.size(d)`` and
``run.repetitions(count)``, so that tests draw every figure small.  Import data libraries
inside `measure`, and raise an `InputError` where the data are missing.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from typing import TYPE_CHECKING

from ridgeproof.theory.checks import check_choice

if TYPE_CHECKING:
    from ridgeproof.verification.figures.figure import Figure

__all__ = ["all_figures", "find_figure"]


@lru_cache
def all_figures() -> dict[str, Figure]:
    """Every figure by name, in alphabetical order."""
    modules = (
        importlib.import_module(f"{__name__}.{info.name}")
        for info in pkgutil.iter_modules(__path__)
    )
    figures = [module.FIGURE for module in modules]
    return {figure.name: figure for figure in sorted(figures, key=lambda figure: figure.name)}


def find_figure(name: str) -> Figure:
    """The figure of that name.

    Raises:
        InputError: there is none.
    """
    figures = all_figures()
    return figures[check_choice("NAME", name, figures, "is not a figure")]
