"""scales-as: the verdict on a log-log slope."""

from __future__ import annotations

from ridgeproof.theory.errors import NotBuilt, NoTheorem
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.settings.growth import measure_slopes
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.progress import Trial
from ridgeproof.verification.testing.verdict import Outcome, Verdict

__all__ = ["decide_scaling"]


def decide_scaling(trial: Trial, conjecture: Conjecture) -> Verdict:
    """Measure the slope from theory, which alone decides it."""
    try:
        slopes = measure_slopes(conjecture)
    except (NoTheorem, NotBuilt):
        slopes = None
    if slopes is None:
        trial.note(
            "scaling",
            "scales-as is decided by theorems alone, and none gives three positive values of the "
            f"quantity along {conjecture.variable}: simulate the range, or claim increases-in",
        )
        return trial.verdict(Outcome.UNDECIDED)
    table = [
        {"value": str(value), "error": error}
        for value, error in zip(slopes.values, slopes.errors, strict=True)
    ]
    trial.note(
        "scaling",
        f"log-log slope {slopes.last:.4f} at {conjecture.variable} = {slopes.values[-1]}, "
        f"claimed {float(slopes.claimed):.4f}, still moving by {slopes.drift:.1g} an octave",
        slopes=list(slopes.slopes),
        table=table,
    )
    if slopes.outcome == "refuted":
        example = Counterexample(
            slopes.settings[-1],
            f"log-log slope in {conjecture.variable}",
            f"{float(slopes.claimed):.6g}",
            f"{slopes.last:.6g}",
            None,
            "limit theorem, deterministic equivalent along the range",
            term=conjecture.quantity,
            before=slopes.settings[-2],
            slope_in=str(conjecture.variable),
        )
        return trial.verdict(Outcome.REFUTED, example)
    if slopes.outcome == "undecided":
        trial.note("scaling", f"a longer range of {conjecture.variable} would decide it")
    return trial.verdict(Outcome(slopes.outcome))
