"""Setting: one exactly stated instance of the process, validated once.

The process (Dohmatob, Feng, Kempe 2024, arXiv 2402.07712): Gaussian features with covariance
Sigma in d dimensions, ground truth w0, a chain of n generators each fitted on T0 rows labelled
by its predecessor (label noise sigma0, ridge lam0, least squares or minimum norm at lam0 = 0),
then one downstream ridge fit on T rows (label noise sigma, ridge lam in the normalisation
``(X'X/T + lam)^-1``, so that scikit-learn's alpha is T*lam).  n = 0 is clean data.

Beyond the source the generators may use earlier data (`theory.settings.generations`), a share of
the downstream rows may be real, the downstream fit may see random features, and the features may
follow another law (`theory.settings.features`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from ridgeproof.theory.checks import (
    INFINITE,
    check_dimension,
    check_integer,
    check_real,
    counted,
    settle,
)
from ridgeproof.theory.errors import MISSING, InputError
from ridgeproof.theory.settings.features import FeatureLaw, Gaussian, parse_features
from ridgeproof.theory.settings.generations import (
    Accumulate,
    ChainSpec,
    Generation,
    Replace,
    Weighted,
    parse_chain,
)
from ridgeproof.theory.settings.setting_checks import (
    check_schedule,
    check_share,
    check_spectrum,
    check_weights,
    schedule_clash,
)
from ridgeproof.theory.settings.spectra import (
    Flat,
    Isotropic,
    SignalSpec,
    SpectrumSpec,
    parse_signal,
    parse_spectrum,
)
from ridgeproof.theory.shown import Shown, echoed

if TYPE_CHECKING:
    from ridgeproof.theory.process.record import Process

__all__ = ["DESIGNS", "INFINITE", "Setting", "make_setting"]

DESIGNS = ("independent", "shared")
_ISOTROPIC, _FLAT = Isotropic(), Flat()
_REPLACE, _GAUSSIAN = Replace(), Gaussian()
# What the generators alone read, and no formula names: nothing, where there are none.
_GENERATORS_OWN = frozenset({"design", "chain"})
# What one number or a list of numbers, one for each generation, may be given for.
_SCHEDULED = ("T0", "sigma0", "lam0")


@dataclass(frozen=True, kw_only=True)
class Setting(Shown):
    """One instance of the process; every number is exact.

    However it is made, its fields are converted and validated: numbers of any type or as text are
    exact numbers (floats are read through their shortest decimal form, 0.1 is exactly 1/10), text
    is read as a specification, and a list (or text with commas) of n numbers for T0, sigma0 or lam0
    is a schedule, the numbers of the generations in turn.

    ``copies = k`` means that the spectrum specification describes d/k levels, each repeated k
    times with its signal energy split equally: the deterministic equivalent of `grown(k)` equals
    that of the setting itself, which is how limits are approached.

    ``d = INFINITE`` (``"inf"``) is the limit of a power law with beta > 1, whose trace is finite,
    and a signal with a source, whose energy is.

    Settings of one process are equal: clean data have no design and no kind of chain, whichever
    was given.  T0, sigma0 and lam0 do tell settings apart there, because the formula of a claim,
    which is read at a setting, may name them.

    Raises:
        InputError: a field violates its range, or two fields contradict each other.
    """

    d: int
    T: int
    T0: int | None = None
    n: int = 0
    sigma: Fraction = Fraction(0)
    sigma0: Fraction = Fraction(0)
    lam: Fraction = Fraction(0)
    lam0: Fraction = Fraction(0)
    design: str = "independent"
    spectrum: SpectrumSpec = _ISOTROPIC
    signal: SignalSpec = _FLAT
    copies: int = 1
    chain: ChainSpec = _REPLACE
    schedule: tuple[Generation, ...] = ()
    synthetic_fraction: Fraction = Fraction(1)
    sigma_real: Fraction | None = None
    width: int | None = None
    features: FeatureLaw = _GAUSSIAN

    def __post_init__(self) -> None:
        given = _scheduled(dict(vars(self)))
        # A field that nobody reads stays as it is: `theory.settings.selection` refuses it.
        settle(
            self, **{name: _READERS[name](name, given[name]) for name in given.keys() & _READERS}
        )
        if self.n >= 1 and self.T0 is None and not self.schedule:
            raise InputError(
                "T0", MISSING, "a chain of n >= 1 generators needs its sample size", "give T0"
            )
        check_spectrum(self.d, self.copies, self.spectrum, self.signal)
        if self.schedule:
            check_schedule(self.schedule, self.n, self.design, (self.T0, self.sigma0, self.lam0))
        check_weights(self.chain, self.n)
        check_share(self.synthetic_fraction, self.T)

    def __eq__(self, other: object) -> bool:
        """Whether the other is of the same process, and of the same kind."""
        if type(other) is not type(self):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[Any, ...]:
        """The values that tell settings apart."""
        return tuple(
            getattr(self, field.name)
            for field in fields(self)
            if self.n or field.name not in _GENERATORS_OWN
        )

    @property
    def distinct_generations(self) -> tuple[Generation, ...]:
        """The generations of a schedule in turn; of a chain of like ones, however long, one."""
        if self.schedule or self.T0 is None or self.n == 0:
            return self.schedule
        return (Generation(self.T0, self.sigma0, self.lam0),)

    @property
    def weights(self) -> tuple[Fraction, ...]:
        """The weights on real labels of a weighted chain; empty for the others."""
        return self.chain.weights if isinstance(self.chain, Weighted) else ()

    def stages(self) -> Iterator[tuple[Generation, Fraction, int]]:
        """Each generation, its weight on real labels, and the rows its generator is fitted on.

        These are the rows of all the sets so far where generators accumulate fresh ones.
        """
        generations, weights = self.distinct_generations, self.weights or (Fraction(0),)
        rows = 0
        for index in range(self.n):
            each = generations[index if len(generations) > 1 else 0]
            rows = rows + each.T0 if self.gathers else each.T0
            yield each, weights[index if len(weights) > 1 else 0], rows

    def distinct_stages(self, enough: int) -> Iterator[tuple[Generation, Fraction, int]]:
        """The stages as far as they differ: of a chain of like generations, one.

        Gathered sets only grow; those after the first with more than ``enough`` rows are left out.
        """
        alike = not self.schedule and len(self.weights) <= 1
        for stage in self.stages():
            yield stage
            if alike and (not self.gathers or stage[2] > enough):
                return

    @property
    def gathers(self) -> bool:
        """Whether generators are fitted on more rows each time: all the fresh sets so far."""
        return isinstance(self.chain, Accumulate) and self.design == "independent"

    @property
    def real_noise(self) -> Fraction:
        """The label noise of real rows: sigma_real, or sigma where it is not given."""
        return self.sigma if self.sigma_real is None else self.sigma_real

    @property
    def is_noiseless(self) -> bool:
        """Whether no label has noise."""
        generations = any(each.sigma0 for each in self.distinct_generations)
        return not (self.sigma or self.real_noise or generations)

    @property
    def synthetic_rows(self) -> int:
        """How many downstream rows the last generator labels: T P2."""
        return int(self.T * self.synthetic_fraction)

    @property
    def is_infinite(self) -> bool:
        """Whether d is infinite."""
        return self.d == INFINITE

    @property
    def distinct(self) -> int:
        """How many eigenvalues the spectrum specification describes: d over copies."""
        return self.d if self.is_infinite else self.d // self.copies

    def grown(self, k: int) -> Setting:
        """The same setting k times as large: every level k times, and d, T, T0 times k."""
        return replace(
            self,
            d=k * self.d,
            T=k * self.T,
            T0=None if self.T0 is None else k * self.T0,
            copies=k * self.copies,
            schedule=tuple(replace(each, T0=k * each.T0) for each in self.schedule),
            width=None if self.width is None else k * self.width,
        )

    def clean(self) -> Setting:
        """The same downstream fit on clean data (n = 0), nothing left of the chain."""
        defaults: dict[str, Any] = {field.name: field.default for field in fields(self)}
        chain = (*_SCHEDULED, "schedule", *_GENERATORS_OWN)
        return replace(self, n=0, **{name: defaults[name] for name in chain})

    def silenced(self, *noises: str) -> Setting:
        """A copy without some of the label noises sigma, sigma0 and sigma_real."""
        changes: dict[str, Any] = {name: Fraction(0) for name in noises}
        if "sigma" in noises and "sigma_real" not in noises:
            changes["sigma_real"] = self.real_noise
        if "sigma0" in noises and self.schedule:
            changes["schedule"] = tuple(replace(x, sigma0=Fraction(0)) for x in self.schedule)
        return replace(self, **changes)

    def with_(self, **changes: Any) -> Setting:
        """A copy with some fields changed, converted and validated as in every setting."""
        _check_fields(changes)
        return replace(self, **changes)

    def process(self) -> Process:
        """The process that the setting is shorthand for: `theory.settings.as_process`.

        Raises:
            NotBuilt: there is none, as at d = inf.
        """
        from ridgeproof.theory.settings.as_process import as_process

        return as_process(self)

    def data(self) -> dict[str, Any]:
        """What was given, as exact texts."""
        return echoed(self.stated())

    def rows(self) -> list[tuple[str, str]]:
        """What was given, a line each."""
        return list(self.data().items())

    def canonical(self) -> dict[str, str | int | None]:
        """The setting as plain JSON values; two settings are equal iff these are."""
        if self.n:
            return self.stated()
        return replace(self, design="independent", chain=_REPLACE).stated()

    def stated(self) -> dict[str, str | int | None]:
        """The setting as plain JSON values, as it was given."""
        plain: dict[str, str | int | None] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in _EXTENSIONS and value == field.default:
                continue  # named random streams are those of the source's process
            if field.name == "schedule":
                continue
            plain[field.name] = value if isinstance(value, int) or value is None else str(value)
        for name in _SCHEDULED if self.schedule else ():
            plain[name] = ",".join(str(getattr(each, name)) for each in self.schedule)
        return plain

    def command_line(self) -> str:
        """The setting as options of the command line, ready to paste."""
        shown = self.canonical()
        chain = ("T0", "n", "sigma0", "lam0", "design", "chain") if self.n else ()
        needed = ("T0", "n", "sigma0", "sigma", "lam", "spectrum", "signal")
        names = ("d", "T", *chain, "sigma", "lam", "spectrum", "signal", "copies", *_DOWNSTREAM)
        defaults = {field.name: str(field.default) for field in fields(self)}
        return " ".join(
            f"--{name.replace('_', '-')} {shown[name]}"
            for name in names
            if name in needed or str(shown.get(name, defaults[name])) != defaults[name]
        )

    def __str__(self) -> str:
        return self.command_line().replace("--", "")


# Fields that a setting of the source's process does not mention.
_DOWNSTREAM = ("synthetic_fraction", "sigma_real", "width", "features")
_EXTENSIONS = frozenset({"chain", "schedule", *_DOWNSTREAM})


def make_setting(**given: Any) -> Setting:
    """Build a Setting from what a user gives; None stands for what is not given.

    That is so here alone.  In `Setting` and its ``with_`` None is a value like any other: that of a
    T0, width or sigma_real which is not there, and refused for the rest.

    Raises:
        InputError: naming the offending field.

    >>> make_setting(d=10, T=20, lam=0.1, spectrum="power-law:3/2").lam
    Fraction(1, 10)
    """
    _check_fields(given)
    given = {name: value for name, value in given.items() if value is not None}
    for name in ("d", "T"):
        if name not in given:
            raise InputError(name, MISSING, "every setting needs it", f"give {name}")
    return Setting(**given)


def _check_fields(given: Mapping[str, Any]) -> None:
    for name in given:
        if name not in _READERS:
            raise InputError(
                "setting", name, "is not a field of a setting", f"choose from {sorted(_READERS)}"
            )


def _scheduled(given: dict[str, Any]) -> dict[str, Any]:
    """Turn lists of T0, sigma0 or lam0 into a schedule."""
    lists: dict[str, list[Any]] = {}
    for name in _SCHEDULED:
        value = given.get(name)
        if isinstance(value, str) and "," in value:
            value = value.split(",")
        if isinstance(value, list | tuple):
            lists[name] = list(value)
    if not lists:
        return given
    if given["schedule"]:
        raise schedule_clash()
    n = check_integer("n", given["n"], least=0)
    for name, values in lists.items():
        if len(values) != n:
            raise InputError(
                name,
                ",".join(map(str, values)),
                f"has {counted(len(values), 'number')} for n = {n}",
                "give one number, or one for each generation",
            )
    columns = {name: lists.get(name, [given[name]] * n) for name in _SCHEDULED}
    if n and columns["T0"][0] is None:
        raise InputError("T0", MISSING, "every generator needs its sample size", "give T0")
    rows = zip(*(columns[name] for name in _SCHEDULED), strict=True)
    schedule = tuple(Generation(T0, sigma0, lam0) for T0, sigma0, lam0 in rows)
    if len(set(schedule)) == 1:  # alike after all
        return given | {name: getattr(schedule[0], name) for name in _SCHEDULED}
    return given | {"T0": None, "sigma0": 0, "lam0": 0, "schedule": schedule}


def _specified(kind: Any, read: Callable[[str, str], Any], name: str, value: object) -> Any:
    """A specification as it is, or as text reads; anything else is refused as no such text."""
    return value if isinstance(value, kind) else read(str(value), name)


def _optional(read: Callable[[str, Any], Any], name: str, value: object) -> Any:
    return None if value is None else read(name, value)


def _design(name: str, value: object) -> str:
    if str(value) not in DESIGNS:
        raise InputError(name, value, "is not a design", "choose independent or shared")
    return str(value)


def _generations(name: str, value: object) -> tuple[Generation, ...]:
    if isinstance(value, list | tuple) and all(isinstance(each, Generation) for each in value):
        return tuple(value)
    raise InputError(name, value, "is no list of generations", "give lists for T0, sigma0 or lam0")


_SIZE = partial(check_integer, least=1)
_AMOUNT = partial(check_real, least=0)
# What turns a value given for a field, by name, into one that the field may hold.
_READERS: Mapping[str, Callable[[str, Any], Any]] = {
    "d": check_dimension,
    "T": _SIZE,
    "T0": partial(_optional, _SIZE),
    "n": partial(check_integer, least=0),
    "sigma": _AMOUNT,
    "sigma0": _AMOUNT,
    "lam": _AMOUNT,
    "lam0": _AMOUNT,
    "design": _design,
    "spectrum": partial(_specified, SpectrumSpec, parse_spectrum),
    "signal": partial(_specified, SignalSpec, parse_signal),
    "copies": _SIZE,
    "chain": partial(_specified, ChainSpec, parse_chain),
    "schedule": _generations,
    "synthetic_fraction": _AMOUNT,
    "sigma_real": partial(_optional, _AMOUNT),
    "width": partial(_optional, _SIZE),
    "features": partial(_specified, FeatureLaw, parse_features),
}
