"""No proof is wrong: random claims next to an extreme, against dense samples and against z3.

The samples and z3 have the theorem written down here once more.  Thousands of claims, and the table
of what became of them:

    python tests/verification/proofs/test_soundness.py [CLAIMS] [SEED]
"""

from __future__ import annotations

import math
import random
import sys
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from ridgeproof import evaluate
from ridgeproof.theory.process.file import read_process
from ridgeproof.verification.conjectures.conjecture import Conjecture, read_conjecture
from ridgeproof.verification.proofs.all_sizes import proof_of
from ridgeproof.verification.proofs.boxes import problem as problems
from ridgeproof.verification.proofs.boxes.search import searched
from ridgeproof.verification.proofs.inequality import stated
from ridgeproof.verification.proofs.process_inequality import stated_of_process

# --- the theorem, once more


def eigenvalues(spectrum, d):
    """Levels of a spectrum; of AR(1) rows those of its Toeplitz matrix."""
    kind, _, rest = spectrum.partition(":")
    if kind == "power-law":
        return np.arange(1, d + 1.0) ** -float(Fraction(rest))
    if kind == "spiked":
        return np.r_[5.0, np.full(d - 1, 0.5)]
    if kind == "ar1":
        i = np.arange(d)
        return np.linalg.eigvalsh(float(Fraction(rest)) ** np.abs(i[:, None] - i))
    return np.ones(d)


def terms(x):
    """Every number of the formulas below at arrays of settings of one d and spectrum."""
    s = eigenvalues(x["spectrum"], x["d"])
    T, lam = np.broadcast_arrays(np.asarray(x["T"], float), np.asarray(x["lam"], float))
    kappa = lam + s.sum() / T
    for _ in range(200):  # Newton from the right: the equation is convex
        p = s / (s + kappa[..., None])
        step = kappa * (1 - p.sum(-1) / T) - lam
        kappa = kappa - step / (1 - (p * p).sum(-1) / T)
    p = s / (s + kappa[..., None])
    df1, df2 = p.sum(-1), (p * p).sum(-1)
    gamma, lost = df2 / T, ((1 - p) ** 2).sum(-1)
    chain = x["n"] * x["sigma0"] ** 2 / (x["T0"] - x["d"])
    bias = (s / x["d"] * (1 - p) ** 2).sum(-1) / (1 - gamma)
    variance = x["sigma"] ** 2 * gamma / (1 - gamma)
    synthetic = chain * (df2 + gamma / (1 - gamma) * lost)
    found = {"bias": bias, "variance": variance, "synthetic": synthetic}
    found |= {"test_error": bias + variance + synthetic, "kappa": kappa, "df1": df1}
    return {**x, **found, "T": T, "lam": lam, "b": s.mean(), "chain": chain}


@dataclass(frozen=True)
class Bound:
    """A quantity and a formula to be compared, both in the numbers of `terms`."""

    quantity: str
    formula: str
    value: Any
    is_rational: bool = True


BOUNDS = (
    Bound("variance", "sigma^2*d/(T-d)", lambda x: x["sigma"] ** 2 * x["d"] / (x["T"] - x["d"])),
    Bound("synthetic", "n*sigma0^2*d/(T0-d)", lambda x: x["chain"] * x["d"]),
    Bound(
        "test_error",
        "1 + sigma^2*d/(T-d) + n*sigma0^2*d/(T0-d)",
        lambda x: 1 + x["sigma"] ** 2 * x["d"] / (x["T"] - x["d"]) + x["chain"] * x["d"],
    ),
    Bound("bias", "lam", lambda x: x["lam"]),
    Bound("test_error", "lam + sigma^2", lambda x: x["lam"] + x["sigma"] ** 2),
    Bound("bias", "kappa*b", lambda x: x["kappa"] * x["b"]),
    Bound("variance", "sigma^2*df1/T", lambda x: x["sigma"] ** 2 * x["df1"] / x["T"]),
    Bound(
        "test_error",
        "max(lam, sigma^2)",
        lambda x: np.maximum(x["lam"], x["sigma"] ** 2),
        is_rational=False,
    ),
    Bound("bias", "sqrt(lam)", lambda x: x["lam"] ** 0.5, is_rational=False),
)
SPECTRA = ("isotropic", "isotropic", "power-law:3/2", "power-law:1", "spiked:5*1,0.5", "ar1:1/2")
SIGMA, SIGMA0, N = (0.5, 2.0), (0.5, 1.0), (1, 4)


@dataclass(frozen=True)
class Case:
    """A claim, whether samples refute it, and what other witnesses need to know of it."""

    kind: str
    text: str
    fails: bool
    bound: Any = None
    factor: str = ""
    ends: Any = None


def stated_text(quantity, relation, formula, **entries):
    """A conjecture file about a limit."""
    head = f'title = "x"\nquantity = "{quantity}"\nrelation = "{relation}"\nkind = "limit"\n'
    lines = "\n".join(f"{name} = {entry}" for name, entry in entries.items())
    return f'[conjecture]\n{head}formula = "{formula}"\n[domain]\n{lines}\n'


def beyond(rng, extreme):
    """A number 0.1 to 3 % beyond an extreme, on either side."""
    return float(extreme) * (1 + rng.choice([-1, 1]) * 10 ** rng.uniform(-3, math.log10(0.03)))


def rows_of(d, *, wide):
    """The numbers of rows of a bound, around d or above it."""
    return np.arange(max(1, d - 3), 2 * d + 1) if wide else np.arange(d + 2, 3 * d + 1)


def bound_case(rng):
    """At-most or at-least, with a factor next to the sampled extreme of the ratio."""
    bound, relation = rng.choice(BOUNDS), rng.choice(["at-most", "at-least"])
    spectrum, dl = rng.choice(SPECTRA), rng.randint(4, 10)
    dh = dl + rng.randint(0, 3)
    lam = (round(rng.uniform(0.001, 0.3), 3), round(rng.uniform(0.4, 2), 3))
    wide = rng.random() < 0.3 and "T-d" not in bound.formula
    rows = ("max(1, d - 3)", "2*d") if wide else ("d + 2", "3*d")
    ratios = []
    for d in range(dl, dh + 1):
        T = rows_of(d, wide=wide)
        x = {"spectrum": spectrum, "d": d, "T": T[:, None, None, None]}
        x["lam"] = np.geomspace(*lam, 65)[:, None, None]
        x["sigma"] = np.linspace(*SIGMA, 13)[:, None]
        n, T0, sigma0 = np.array([(n, k * d, s) for n in N for k in (2, 4) for s in SIGMA0]).T
        found = terms({**x, "n": n, "T0": T0, "sigma0": sigma0})
        ratio = found[bound.quantity] / bound.value(found)
        ratios.append((ratio.min(), ratio.max()))
    upper = relation == "at-most"
    extreme = max(b for _, b in ratios) if upper else min(a for a, _ in ratios)
    factor = f"{beyond(rng, extreme):.6f}"
    fails = float(factor) < extreme if upper else float(factor) > extreme
    entries = {
        "d": f"{{ integers = [{dl}, {dh}] }}", "T": f'"{rows[0]} .. {rows[1]}"',
        "T0": '"2*d .. 4*d"', "n": f"{{ integers = {[*N]} }}", "sigma": [*SIGMA],
        "sigma0": [*SIGMA0], "lam": [*lam], "spectrum": f'"{spectrum}"',
    }  # fmt: skip
    text = stated_text(bound.quantity, relation, f"{factor}*({bound.formula})", **entries)
    exact = bound.is_rational and spectrum == "isotropic"
    ends = (dl, dh, wide, lam, upper) if exact else None
    return Case(f"settings, {relation}", text, bool(fails), bound, factor, ends)


def change_case(rng):
    """A monotony along lam up to, or from, next to the best penalty; or along T from a peak."""
    spectrum, d = rng.choice(SPECTRA), rng.randint(4, 10)
    relation = rng.choice(["increases-in", "decreases-in"])
    sign = 1 if relation == "increases-in" else -1
    low = round(rng.uniform(0.2, 0.9), 2)
    sigma = (low, round(low + rng.uniform(0.05, 0.5), 2))
    x = {"spectrum": spectrum, "d": d, "n": 0, "sigma0": 0.0, "T0": 2 * d}
    entries = {"d": d, "n": 0, "sigma": [*sigma], "spectrum": f'"{spectrum}"'}
    if rng.random() < 0.6:
        T = np.arange(d + 1, d + 2 + rng.randint(0, 4))
        x |= {"T": T[:, None, None], "sigma": np.linspace(*sigma, 9)[:, None]}
        fine = np.geomspace(1e-3, 20, 4001)
        best = fine[terms({**x, "lam": fine})["test_error"].argmin(-1)]
        edge = float(best.max() if sign > 0 else best.min())
        end = round(beyond(rng, edge), 5)
        lam = (end, round(3 * end, 4)) if sign > 0 else (round(end / 20, 6), end)
        # A step of the grid is 0.25 %: within it the samples do not say.
        fails = end < edge * 0.9975 if sign > 0 else end > edge * 1.0025
        entries |= {"T": f"{{ integers = [{T[0]}, {T[-1]}] }}", "lam": [*lam]}
        ends = (d, T, sigma, lam, sign) if spectrum == "isotropic" else None
        text = stated_text("test_error", relation, "lam", **entries)
        return Case("settings, along lam", text, fails, ends=ends)
    quantity, lam = rng.choice(["bias", "variance", "test_error"]), round(rng.uniform(0.01, 0.2), 3)
    T = np.arange(1, 3 * d + 1)
    x |= {"T": T[:, None], "lam": lam, "sigma": np.linspace(*sigma, 9)}
    steps = np.diff(terms(x)[quantity], axis=0) * sign
    turn = int(np.flatnonzero((steps < 0).any(1)).max(initial=0)) + 1 + rng.choice([0, 1, 1, 2])
    turn = min(turn, 3 * d - 2)
    entries |= {"T": f"{{ integers = [{turn}, {3 * d}] }}", "lam": lam}
    fails = (steps[turn - 1 :] < 0).any()
    text = stated_text(quantity, relation, "T", **entries)
    return Case("settings, along T", text, bool(fails))


STEPS = """
A = rows(T)
y = A@w0 + sigma*noise(A)
m = ridge(y, lam)
f = ridge(rows(T)@w0, lam)
same = ridge(A@m, lam)
fresh = ridge(rows(T)@m, lam)
"""
ASKS = {"risk": "risk(m)", "same": "risk(same)", "fresh": "risk(fresh)", "half": "risk((m + f)/2)"}


def process_case(rng):
    """Two asks of a process and a factor next to the sampled extreme of their ratio."""
    first, last = rng.sample(list(ASKS), 2)
    relation, spectrum = rng.choice(["<=", ">="]), rng.choice(SPECTRA[1:4])
    d, lam = rng.randint(4, 8), (round(rng.uniform(0.05, 0.3), 3), round(rng.uniform(0.4, 1), 3))
    asked = "\n".join(f'{name} = "{ASKS[name]}"' for name in (first, last))
    T, sigma = np.arange(d, 2 * d + 1)[:, None, None], (0.5, 1.0)
    steps = f"steps = '''{STEPS}'''"
    process = read_process(
        f"[process]\n{steps}\n[process.parameters]\nd = {d}\nT = {d}\nsigma = 1\nlam = 1\n"
        f'spectrum = "{spectrum}"\n[ask]\n{asked}\n'
    )
    at = {"T": T, "sigma": np.linspace(*sigma, 7)[:, None], "lam": np.geomspace(*lam, 33)}
    found = evaluate(process, **dict(zip(at, np.broadcast_arrays(*at.values()), strict=True)))
    ratio = np.array(found.values[first]) / np.array(found.values[last])
    extreme = float(ratio.max() if relation == "<=" else ratio.min())
    factor = f"{beyond(rng, extreme):.6f}"
    fails = float(factor) < extreme if relation == "<=" else float(factor) > extreme
    text = (
        f'[conjecture]\nclaim = "{first} {relation} {factor}*{last}"\n[domain]\nd = {d}\n'
        f'T = "d .. 2*d"\nsigma = {[*sigma]}\nlam = {[*lam]}\nspectrum = "{spectrum}"\n'
        f"[process]\n{steps}\n[ask]\n{asked}\n"
    )
    return Case(f"processes, {relation}", text, fails)


def drawn_case(seed):
    """The case of a seed."""
    rng = random.Random(seed)
    kind = rng.choices((bound_case, change_case, process_case), (0.6, 0.35, 0.05))[0]
    return kind(rng)


# --- a second prover


def by_z3(case):
    """Whether z3 finds the claim false: at Sigma = I every number is rational in v = 1/(1+kappa).

    None where it is not asked, or does not know.
    """
    if case.ends is None or not find_spec("z3"):
        return None
    import z3

    def of(value):
        return z3.Q(*Fraction(str(value)).as_integer_ratio())

    solver = z3.Solver()
    solver.set("timeout", 1000)
    sigma, chain = z3.Reals("sigma chain")

    def setting(v, d, T, lam):
        """The numbers at v, and what says that its penalty is in the range."""
        solver.add(v > 0, v < 1, v * d < T)
        penalty = (1 - v) * (T - d * v) / (T * v)
        solver.add(*(of(e) * T * v * s <= s * (1 - v) * (T - d * v)
                     for e, s in zip(lam, (1, -1), strict=True)))  # fmt: skip
        gamma = v * v * d / T
        x = {"d": d, "T": T, "lam": penalty, "sigma": sigma, "chain": chain, "b": 1}
        x |= {"kappa": (1 - v) / v, "df1": d * v, "bias": (1 - v) * (1 - v) / (1 - gamma)}
        x |= {"variance": sigma * sigma * gamma / (1 - gamma)}
        x |= {"synthetic": chain * d * (v * v + gamma / (1 - gamma) * (1 - v) * (1 - v))}
        return {**x, "test_error": x["bias"] + x["variance"] + x["synthetic"]}

    answers = []
    v, later = z3.Reals("v later")
    if case.bound is None:
        d, T, sigmas, lam, sign = case.ends
        cells = [(d, int(t)) for t in T]
    else:
        dl, dh, wide, lam, upper = case.ends
        sigmas = SIGMA
        cells = [(d, int(t)) for d in range(dl, dh + 1) for t in rows_of(d, wide=wide)]
    for d, T in cells:
        solver.push()
        solver.add(of(sigmas[0]) <= sigma, sigma <= of(sigmas[1]))
        x = setting(v, d, T, lam)
        if case.bound is None:
            # lam falls as v rises, and the definition of a change needs no derivative.
            solver.add(chain == 0, v > later)
            y = setting(later, d, T, lam)
            before, after = x["test_error"], y["test_error"]
            solver.add(after < before if sign > 0 else after > before)
        else:
            # n sigma0^2/(T0 - d) takes every value between its ends, and nothing else depends
            # on these three.
            most, least = Fraction(N[1]) * Fraction(SIGMA0[1]) ** 2, Fraction(SIGMA0[0]) ** 2
            solver.add(of(least / (3 * d)) <= chain, chain <= of(most / d))
            claimed = of(case.factor) * case.bound.value(x)
            value = x[case.bound.quantity]
            solver.add(value > claimed if upper else value < claimed)
        answers.append(str(solver.check()))
        solver.pop()
        if answers[-1] != "unsat":
            break
    return {"sat": True, "unsat": False}.get(answers[-1])


# --- what becomes of a case


def confirmed(case, point):
    """Whether the theorem above finds a bound violated at a point that the boxes hand back."""
    x = {"n": 1, "sigma0": 1.0, "sigma": 1.0, "T": 1.0, "lam": 1.0, "T0": 2 * point.place.d}
    x |= {str(name): float(value) for name, value in point.numbers.items()}
    found = terms({**x, "spectrum": str(point.place.spectrum), "d": point.place.d})
    value, claimed = found[case.bound.quantity], float(case.factor) * case.bound.value(found)
    return bool(value > claimed if "at-most" in case.kind else value < claimed)


def judged(case):
    """What the provers say of a case, by which rung, and how it is wrong ("" where it is not)."""
    conjecture = read_conjecture(case.text)
    settings = isinstance(conjecture, Conjecture)
    found = searched((stated if settings else stated_of_process)(conjecture), lambda: False)
    verdict = "proved" if found.is_proof else "refuted" if found.point else "undecided"
    exact = by_z3(case)
    known = case.fails or bool(exact)
    wrong = "a false claim is proved" if known and found.is_proof else ""
    if settings and proof_of(conjecture) is not None:
        verdict += ", all sizes"
        wrong = wrong or ("a false claim is proved for all sizes" if known else "")
    # A slope of the other sign between whole numbers is no counterexample.
    if found.point and exact is False and "along T" not in case.kind:
        wrong = "z3 proves what the boxes refute"
    if found.point and case.bound and not confirmed(case, found.point):
        wrong = "the point does not refute"
    witness = {None: "", True: "z3 refutes", False: "z3 proves"}[exact]
    return verdict, witness, wrong


def table(seeds):
    """How often each verdict met what samples and z3 say, and the seeds that are wrong."""
    counts, wrong = Counter(), {}
    for seed in seeds:
        case = drawn_case(seed)
        verdict, witness, fault = judged(case)
        samples = "samples refute" if case.fails else "samples agree"
        counts[case.kind, verdict, samples, witness] += 1
        if fault:
            wrong[seed] = (fault, case.text)
    return counts, wrong


def decided(counts):
    """The share of claims that are proved or refuted."""
    opened = sum(count for (_, verdict, *_), count in counts.items() if verdict == "undecided")
    return 1 - opened / sum(counts.values())


def test_no_claim_next_to_an_extreme_is_proved_wrongly():
    """Claims within 3 % of a sampled extreme."""
    counts, wrong = table(range(7))
    assert not wrong
    assert decided(counts) >= 0.8


@pytest.mark.slow
def test_no_claim_of_many_is_proved_wrongly():
    """As above, many more of them."""
    counts, wrong = table(range(100, 300))
    assert not wrong
    assert decided(counts) >= 0.9


def test_samples_and_z3_catch_a_prover_whose_derivative_lacks_a_term(monkeypatch):
    """With kappa held fixed nothing but the penalty itself moves along lam."""
    monkeypatch.setattr(problems.KappaOf, "slope", lambda self, x: problems.Integer(0))
    _, wrong = table((53, 54))
    assert wrong


def test_the_second_prover_is_asked():
    """z3 says of isotropic claims what samples say."""
    pytest.importorskip("z3", reason="the extra `prove` (z3) is not installed")
    cases = [case for case in map(drawn_case, range(40)) if case.ends][:2]
    for case in cases:
        found = by_z3(case)
        assert found is not None
        assert found or not case.fails


if __name__ == "__main__":
    given = dict(enumerate(map(int, sys.argv[1:])))
    many, first = given.get(0, 3000), given.get(1, 1000)
    found_counts, found_wrong = table(range(first, first + many))
    lines = [
        f"{number:6d}  " + "  ".join(f"{part:20s}" for part in key)
        for key, number in sorted(found_counts.items())
    ]
    share = f"{decided(found_counts):.1%} decided"
    lines.append(f"{many} claims, {share}, wrong: {len(found_wrong)}")
    lines += [f"{seed}: {what}\n{words}" for seed, (what, words) in found_wrong.items()]
    sys.stdout.write("\n".join(lines) + "\n")
