"""C12: kernel ridge regression on MNIST digits, measured and predicted."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from sympy import Expr

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.verification.figures.digits import missing_digits
from ridgeproof.verification.figures.kernel_chain import Plan
from ridgeproof.verification.figures.kernel_theory import adaptive_lam, fitted_decay
from ridgeproof.verification.figures.kernel_trial import Entry, KernelTrial
from ridgeproof.verification.suite.claim import ClaimMutant, DataClaim
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM", "KERNELS", "WITHIN", "plan_for", "trial"]

KERNELS = ("rbf", "polynomial")
_IMAGES = 2500  # for the eigenvalues, and as many held out
_METHOD = "literal kernel ridge"
_FIXED = Fraction(1, 1000)  # the generators' ridge, and a downstream ridge that does not adapt
_LAST = 3

# The relative error that each prediction is claimed to have at most, by (kernel, held out): images
# are not Gaussian, and one half of them differs from the other.  Polynomial features have lengths
# that vary with the image, as an elliptical design has: there the theory is known to be off.
WITHIN = {
    ("rbf", False): 0.03,
    ("rbf", True): 0.06,
    ("polynomial", False): 0.13,
    ("polynomial", True): 0.13,
}


def trial(judge: Judge, theory: Theory, images: int = _IMAGES) -> None:
    """Both kernels, on the population itself and on digits that were held out."""
    for kernel in KERNELS:
        for held_out in (False, True):
            _predicted(judge, theory, kernel, images, held_out=held_out)


def plan_for(images: int, lam: tuple[Fraction, ...] = (_FIXED,)) -> Plan:
    """Sizes in proportion to the images: an eighth downstream, half as many for a generator."""
    T = 3 * images // 25
    return Plan(
        T=T, T0=T // 2, n=(0, 1, _LAST), lam=lam, lam0=_FIXED,
        sigma=Fraction(1, 2), sigma0=Fraction(1), tested=images // 5,
    )  # fmt: skip


def _predicted(judge: Judge, theory: Theory, kernel: str, images: int, *, held_out: bool) -> None:
    """The predicted errors hold, so does half of what they promise to grow and to gain."""
    within = WITHIN[kernel, held_out]
    plan = plan_for(images)
    spectrum = KernelTrial(kernel, images, held_out, plan, seed=judge.seed).spectrum
    adaptive = adaptive_lam(fitted_decay(spectrum), plan.T)
    found = KernelTrial(
        kernel, images, held_out, plan_for(images, (_FIXED, adaptive)), seed=judge.seed
    )
    where = f"{kernel}, {'held out' if held_out else 'population'}"
    for lam in found.plan.lam:
        for n in found.plan.n:
            judge.mean(
                found.setting(n, lam),
                found.predicted(n, lam, theory),
                quantity=f"test_error of {where}",
                method=_METHOD,
                tolerance=within,
                allowed=within,
                sampler=Entry(found, n, lam),
            )
    for name, more, less in (
        ("growth", Entry(found, _LAST, adaptive), Entry(found, 0, adaptive)),
        ("growth", Entry(found, _LAST, _FIXED), Entry(found, 0, _FIXED)),
        ("gain of adaptive ridge", Entry(found, _LAST, _FIXED), Entry(found, _LAST, adaptive)),
    ):
        promised = found.predicted(more.n, more.lam, theory) - found.predicted(
            less.n, less.lam, theory
        )
        judge.mean(
            found.setting(more.n, more.lam),
            promised / 2,
            quantity=f"{name}, {where}",
            relation="at-least",
            method=_METHOD,
            tolerance=within,
            sampler=replace(more, less=less),
        )


def _step(**changes: Expr) -> Theory:
    return mutated("generator", {**find("generator").expressions, **changes})


def _scaled_loss() -> Theory:
    """What a generator loses of its teacher's signal does not come back as noise."""
    step = find("generator").expressions["second_moment"]
    (lost,) = (node for node in step.atoms(SpectralSum) if sy.a in node.bound_symbols)
    return _step(second_moment=step.xreplace({lost: lost / 1000}))


def _noise_of(amplitude: Expr | int) -> Theory:
    step = find("generator").expressions["second_moment"]
    return _step(second_moment=step.subs(sy.sigma0, amplitude))


CLAIM = DataClaim(
    id="C12",
    title="kernel ridge regression on digits does what its spectrum predicts",
    statement=(
        "RBF and polynomial kernels, MNIST digits with noisy one-hot labels, generators trained on "
        "one another: the error on clean labels grows with n, the ridge lam = T^-ell with the "
        "kernel's own exponents slows it down, and (T3)-(T4) predict it from the eigenvalues of "
        "the Gram matrix: within 3 % (rbf) and 13 % (polynomial) where the digits are the "
        "population, within 6 and 13 % on digits held out."
    ),
    missing=missing_digits,
    trial=trial,
    mutants=(
        ClaimMutant(
            "the downstream noise in place of the generators'", lambda: _noise_of(sy.sigma)
        ),
        ClaimMutant("generators that add no noise of their own", lambda: _noise_of(0)),
        ClaimMutant("a generator that forgets nothing (m' = m)", lambda: _step(mean=sy.m)),
        ClaimMutant("what a generator loses does not come back as noise (no q)", _scaled_loss),
    ),
)
