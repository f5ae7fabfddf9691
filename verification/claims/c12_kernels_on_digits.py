"""C12: kernel ridge regression on MNIST digits, measured and predicted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import lru_cache, partial

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.rows.chain import Outside
from ridgeproof.numerics.rows.population import Population
from ridgeproof.numerics.rows.predict import Predictor, make_outside
from ridgeproof.numerics.rows.stage import Stage
from ridgeproof.verification.figures.digits import digits_population, load_digits, missing_digits
from ridgeproof.verification.figures.kernel_chain import KernelWorld, Plan, simulated_errors
from ridgeproof.verification.figures.own_data import make_world
from ridgeproof.verification.suite.altered_stages import (
    gaussian,
    row_aware,
    without_beta,
    without_rows,
)
from ridgeproof.verification.suite.claim import ClaimMutant, DataClaim
from ridgeproof.verification.suite.theory_on_trial import Theory
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM", "KERNELS", "trial"]

KERNELS = ("polynomial:5", "rbf", "polynomial:3", "laplace")
_IMAGES = 1000  # the population, and as many held out
_LAMS = (1e-4, 1e-3, 1e-2)
_GENERATIONS = (0, 1, 3)
_METHOD = "literal kernel ridge"
_WITHIN = 0.015  # the relative error that each prediction is claimed to have at most


@dataclass(frozen=True)
class _Place:
    """A kernel and the sizes of a fit, as the place of a finding."""

    kernel: str
    measured_on: str
    n: int
    T: int
    T0: int
    lam: float

    def canonical(self) -> dict[str, object]:
        """As plain data."""
        return asdict(self)

    def __str__(self) -> str:
        return " ".join(f"{name} {value}" for name, value in self.canonical().items())


@dataclass(frozen=True, eq=False)
class _Bench:
    """A kernel on the digits, and what was drawn of one plan."""

    population: Population
    outside: Outside | None
    world: KernelWorld
    plan: Plan
    seed: int
    drawn: dict[tuple[int, int], Array] = field(default_factory=dict)

    def draw(self, n: int, lam: float, chunk: int, size: int) -> Array:
        """Errors at one n and lam, (size,); all of a plan share their draws."""
        if (chunk, size) not in self.drawn:
            errors = simulated_errors(self.world, self.plan, self.seed, size, chunk)
            self.drawn[chunk, size] = errors
        errors = self.drawn[chunk, size]
        found: Array = errors[:, self.plan.n.index(n), self.plan.lam.index(lam)]
        return found

    def rise(self, low: tuple[int, float], high: tuple[int, float], *of: int) -> Array:
        """Errors at one (n, lam), less those at another on the same draws."""
        return self.draw(*high, *of) - self.draw(*low, *of)


def trial(judge: Judge, theory: Theory, images: int = _IMAGES) -> None:
    """Every kernel: on the population with few rows and with many, and on digits held out."""
    for kernel in KERNELS:
        for T, held_out in ((images // 2, False), (images // 5, False), (images // 5, True)):
            _predicted(judge, theory, kernel, _bench(kernel, images, T, held_out, judge.seed))


@lru_cache(maxsize=12)
def _bench(kernel: str, images: int, T: int, held_out: bool, seed: int) -> _Bench:
    population, outside = digits_population(kernel, images, seed), None
    if held_out:
        others = load_digits().sample(2 * images, seed)  # of which the first are the population
        outside = make_outside(population, (others.images[images:], others.labels[images:]))
    plan = Plan(T, images // 5, _GENERATIONS, _LAMS, lam0=1e-3, sigma=0.5**0.5, sigma0=1.0)
    return _Bench(population, outside, make_world(population, outside), plan, seed)


def _predicted(judge: Judge, theory: Theory, kernel: str, bench: _Bench) -> None:
    """The predicted errors hold; so does half of what they promise to grow and to gain."""
    plan, predictor = bench.plan, Predictor(bench.population, bench.outside, solve=theory.stage)
    where = "population" if bench.outside is None else "held out"
    claimed: dict[tuple[int, float], float] = {}
    for lam in plan.lam:
        for n in plan.n:
            claimed[n, lam] = predictor.error(
                plan.T, lam, plan.sigma, n, plan.T0, plan.lam0, plan.sigma0
            )
            judge.sampled(
                _Place(kernel, where, n, plan.T, plan.T0, lam),
                claimed[n, lam],
                partial(bench.draw, n, lam),
                quantity="test_error",
                method=_METHOD,
                tolerance=_WITHIN,
                allowed=_WITHIN,
            )
    first, last = plan.n[0], plan.n[-1]
    best, best_last = (min(plan.lam, key=lambda lam: claimed[n, lam]) for n in (first, last))
    for name, low, high in (
        ("growth with n", (first, best), (last, best)),
        ("gain of the best lam", (last, best_last), (last, best)),
    ):
        judge.sampled(
            _Place(kernel, where, last, plan.T, plan.T0, best),
            (claimed[high] - claimed[low]) / 2,
            partial(bench.rise, low, high),
            quantity=name,
            method=_METHOD,
            relation="at-least",
            tolerance=_WITHIN,
        )


def _altered(slip: Callable[..., Stage]) -> ClaimMutant:
    return ClaimMutant((slip.__doc__ or "").strip(), partial(Theory, stage=slip))


CLAIM = DataClaim(
    id="C12",
    title="kernel ridge regression on digits does what its kernel matrix predicts",
    statement=(
        "RBF, Laplace and polynomial kernels, MNIST digits with noisy one-hot labels, generators "
        "trained on one another: the count-aware equivalent predicts the error on clean labels "
        "within 1.5 % from the kernel matrix alone, on the digits that are drawn from and on "
        "others; the error grows with n, and the penalty that is best for clean labels is too "
        "small for those of the last generator."
    ),
    missing=missing_digits,
    trial=trial,
    mutants=tuple(map(_altered, (row_aware, without_rows, gaussian, without_beta))),
)
