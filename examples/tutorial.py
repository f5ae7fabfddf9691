"""From the process to a formula, to a conjecture, to its refutation, to the corrected formula.

docs/tutorial.md explains every step.  Run it with `python examples/tutorial.py`.
"""

from ridgeproof import check, evaluate, make_setting, simulate
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.rendering import one_line
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.testing.verdict import Verdict

CONJECTURE = """
[conjecture]
quantity = "synthetic"
relation = "equals"
kind     = "limit"
formula  = "FORMULA"

[domain]
d        = { integers = [8, 40] }
T        = "d .. 4*d"
T0       = "2*d .. 4*d"
n        = { integers = [1, 6] }
sigma0   = [0.1, 2.0]
lam      = [0.01, 1.0]
spectrum = ["isotropic", "power-law:3/2"]
"""

UNTOUCHED = "n*sigma0^2*d/(T0-d)"
FILTERED = "n*sigma0^2*df2/(T0-d)"
COMPLETE = "n*sigma0^2*(df2 + gamma/(1-gamma)*(d - 2*df1 + df2))/(T0-d)"


def process() -> None:
    """The error grows with every generation: simulated, then by the formula."""
    print("1. The process: least squares everywhere")
    for n in range(4):
        setting = make_setting(d=20, T=60, T0=40, n=n, sigma="1/2", sigma0="1/2")
        seen = simulate(setting, repetitions=2000, seed=1)
        formula = evaluate(setting, form="exact")
        print(f"   n = {n}: {seen.mean:.3f} +- {seen.standard_error:.3f} simulated,", end=" ")
        print(f"{float(formula.value):.3f} by {formula.formulas[0]}")
        assert formula.is_exact
        assert seen.z is not None
        assert abs(seen.z) < 4


def formula() -> None:
    """The formula is derived from the definition, not typed in."""
    ridgeless = find("ridgeless")
    derivation = ridgeless.derive()
    steps = sum(len(section.steps) for section in derivation.sections)
    print(f"2. The formula, after {steps} steps: {one_line(derivation.result)}")
    assert derivation.result == ridgeless.expression()


def decide(formula_text: str) -> Verdict:
    """Check one formula for the synthetic term of ridge regression."""
    return check(read_conjecture(CONJECTURE.replace("FORMULA", formula_text)))


def conjectures() -> None:
    """Two guesses are refuted, the third is proved."""
    print("3. With ridge downstream: what becomes of the generators' noise?")
    for text in (UNTOUCHED, FILTERED, COMPLETE):
        verdict = decide(text)
        print(f"   {text}: {verdict.verdict.value}")
        example = verdict.counterexample
        if example is not None:
            print(f"      at {example.setting}")
            print(f"      claimed {float(example.claimed):.6g}, in truth {example.observed}")
        assert verdict.verdict.value == ("proved" if text == COMPLETE else "refuted")


def consequence() -> None:
    """The generators' noise asks for more ridge than clean data do."""
    from ridgeproof.numerics.optima.optimum import optimum

    setting = make_setting(d=200, T=400, T0=500, n=5, sigma="1/2", sigma0="1/2")
    best = optimum(setting)
    print("4. The best penalty on fake data, and the classical one")
    print(f"   lam = {float(best.lam):.4f}: error {float(best.value):.4f}")
    print(f"   lam = {float(best.classical_lam):.4f}: error {float(best.value_at_classical):.4f}")
    assert best.lam > best.classical_lam
    assert best.value < best.value_at_classical


def main() -> None:
    """Run the four parts in order."""
    process()
    formula()
    conjectures()
    consequence()


if __name__ == "__main__":
    main()
