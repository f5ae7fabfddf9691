"""as_process: a setting written out as the process that it is shorthand for.

    m = w0                                       for _ in range(n):  A = rows(T0)
    m = ridge(A@m + sigma0*noise(A), lam0)       then  B = rows(T),  f = ridge(B@m + ..., lam)

A shared design is made before the loop, an accumulating chain gathers its labels in one list, and
weighted labels are averages with real ones.  Generations that differ are written one by one; a
number in which they differ is a parameter for each: T0_1, T0_2, ...

`outline` writes the same short, however long the chain is: like generations have like facts.
Nothing else reads what the fields of a setting say about its process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from ridgeproof.theory.errors import NotBuilt, NoTheorem
from ridgeproof.theory.process.file import make_process
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.features import FeatureLaw, Gaussian
from ridgeproof.theory.settings.generations import Accumulate, Generation
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import (
    Energies,
    Flat,
    Isotropic,
    Levels,
    SignalFile,
    SignalSpec,
    SpectrumFile,
    SpectrumSpec,
    Spiked,
)

__all__ = ["Outline", "as_process", "outline", "require_written", "steps_of"]

# A generation and the weight of its real labels.
_Stage: TypeAlias = tuple[Generation, Fraction]
# Rows so far from d that no threshold is near.
_FAR = 6

# What is written out here.  Another field would change the process in a way that nobody reads.
_WRITTEN = frozenset(
    {"d", "T", "T0", "n", "sigma", "sigma0", "lam", "lam0", "design", "spectrum", "signal"}
    | {"copies", "chain", "schedule", "synthetic_fraction", "sigma_real", "width", "features"}
)


def as_process(setting: Setting) -> Process:
    """The process of a setting, with all its numbers, its spectrum and its signal.

    Raises:
        NoTheorem: a field of the setting is not written out.
        NotBuilt: d is infinite, or copies of a spectrum that is no list of levels.
        InputError: so many generations that differ that their text is too long.

    >>> from ridgeproof.theory.process.text import steps_text
    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> print(steps_text(as_process(make_setting(d=20, T=24, T0=30, n=3, sigma0=1)).steps))
    m = w0
    for _ in range(n):
        A = rows(T0)
        m = ridge(A@m + sigma0*noise(A), lam0)
    B = rows(T)
    f = ridge(B@m + sigma*noise(B), lam)
    """
    if setting.is_infinite:
        raise NotBuilt("d = inf has no process in this version: give a finite d")
    text = _written(setting)
    spectrum, signal = _specifications(setting)
    parameters: dict[str, Any] = {"d": setting.d, **text.numbers}
    parameters |= {"spectrum": spectrum, "signal": signal}
    steps = {"steps": text.steps, "parameters": parameters}
    return make_process({"process": steps, "ask": {"test_error": "risk(f)"}})


class Outline(NamedTuple):
    """The steps of a process with the facts of a setting's; see `outline`.

    Attributes:
        steps: the text, in which m, m#2, ... are the generators and f is the downstream fit.
        values: of its parameters.
        numbers: which generation each of the generators written stands for, from 1.
    """

    steps: str
    values: dict[str, Fraction]
    numbers: tuple[int, ...]


def steps_of(setting: Setting) -> Outline:
    """The process of a setting, without its spectrum and signal; n is among the values.

    Raises:
        NoTheorem: as `as_process`.
    """
    text = _written(setting)
    return Outline(text.steps, text.numbers, ())


def outline(setting: Setting) -> Outline:
    """The process of a setting with each kind of generation written once.

    The facts of a fit depend on its own labels, and on whether its teacher is the truth, nothing,
    or anything else; what a generation repeats of the one before repeats its facts.  Of sets that
    accumulate, those that bring the rows nowhere near d count as one, and none is written after the
    rows are well beyond it.  The teacher of the downstream fit is like that of the whole chain.

    Raises:
        NoTheorem, InputError: as `as_process`.

    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> setting = make_setting(d=20, T=24, T0=2, n=10**12, sigma0=1, chain="accumulate")
    >>> found = outline(setting)
    >>> found.numbers, [int(found.values[f"T0_{k}"]) for k in (1, 2, 7)]
    ((7, 8, 9, 10, 11, 12, 13), [14, 2, 2])
    """
    stages = _kinds(setting)
    text = _written(setting, [stage for _, stage in stages])
    return Outline(text.steps, text.numbers, tuple(number for number, _ in stages))


def _kinds(setting: Setting) -> list[tuple[int, _Stage]]:
    """The generations that tell all facts of a chain, numbered from 1."""
    stages = ((each, weight) for each, weight, _ in setting.distinct_stages(0))
    if not isinstance(setting.chain, Accumulate):
        # The last of each kind, so that the last of all stays the last.
        numbered = enumerate(stages, 1)
        last = {_kind(each, each[0].T0, setting.d): (number, each) for number, each in numbered}
        return sorted(last.values(), key=itemgetter(0))
    if setting.schedule or not setting.n:
        return _gathered(setting)
    each, weight = next(stages)
    first, end = 1, 2
    if setting.gathers and not setting.is_infinite:
        first = max((setting.d - _FAR) // each.T0, 1)
        end = max(-(-(setting.d + _FAR) // each.T0), first + 1)
    first, end = min(first, setting.n), min(end, setting.n)
    begun = replace(each, T0=first * each.T0) if setting.gathers else each
    later = [(number, (each, weight)) for number in range(first + 1, end + 1)]
    return [(first, (begun, weight)), *later]


def _kind(stage: _Stage, rows: int, d: int) -> tuple[object, ...]:
    """What tells the facts of a fit on so many rows from those of others."""
    each, weight = stage
    if abs(rows - d) <= _FAR:
        return each, weight
    return rows > d, each.lam0 > 0, each.sigma0 > 0, weight if weight in {0, 1} else Fraction(1, 2)


def _gathered(setting: Setting) -> list[tuple[int, _Stage]]:
    """Sets that accumulate and differ: beyond d, the first of each kind.

    What the labels of gathered sets do not have in common once they never have again.
    """
    found: dict[object, tuple[int, _Stage]] = {}
    for number, (each, weight, rows) in enumerate(setting.stages(), 1):
        stage = each, weight
        beyond = rows > setting.d + _FAR
        found.setdefault(_kind(stage, rows, setting.d) if beyond else number, (number, stage))
    return list(found.values())


def _written(setting: Setting, stages: Sequence[_Stage] | None = None) -> _Text:
    """The steps of a setting with these generations; unless given, its own, like ones looped."""
    require_written(type(setting))
    text = _Text(setting)
    chained = setting.n > 0 and setting.synthetic_rows > 0
    if chained:
        own = [(each, weight) for each, weight, _ in setting.distinct_stages(0)]
        text.generators(own if stages is None else stages, loop=stages is None and len(own) == 1)
    text.downstream("m" if chained else "w0")
    return text


def require_written(kind: type[Setting]) -> None:
    """Refuse a kind of setting with a field that no process is written for.

    Raises:
        NoTheorem: names the field.
    """
    unknown = sorted({each.name for each in fields(kind)} - _WRITTEN)
    if unknown:
        raise NoTheorem(
            f"{', '.join(unknown)}: no theorem is catalogued that takes it into account"
        )


@dataclass
class _Text:
    """The lines of a process so far, and the numbers that they name."""

    setting: Setting
    lines: list[str] = field(default_factory=list)
    numbers: dict[str, Fraction] = field(default_factory=dict)

    @property
    def steps(self) -> str:
        """The text."""
        return "\n".join(self.lines)

    def named(self, name: str, value: Fraction | int) -> str:
        """The name of a number, noted."""
        self.numbers[name] = Fraction(value)
        return name

    def rows(self, size: str) -> str:
        """Fresh rows with the features' law.

        Raises:
            NoTheorem: the law is none that a process knows.
        """
        law = self.setting.features
        if not isinstance(law, FeatureLaw):
            raise NoTheorem(f"features = {law}: no process is written for such a law")
        return f"rows({size})" if law == Gaussian() else f"rows({size}, law='{law}')"

    def real_noise(self) -> str:
        """The noise of real labels: sigma, unless it has a level of its own."""
        name = "sigma" if self.setting.sigma_real is None else "sigma_real"
        return self.named(name, self.setting.real_noise)

    def generators(self, stages: Sequence[_Stage], *, loop: bool) -> None:
        """The chain that makes m of w0."""
        setting = self.setting
        if isinstance(setting.chain, Accumulate):
            self.lines.append("data = []")
        self.lines.append("m = w0")
        columns: dict[str, list[Fraction | int]] = {
            "T0": [each.T0 for each, _ in stages],
            "sigma0": [each.sigma0 for each, _ in stages],
            "lam0": [each.lam0 for each, _ in stages],
        }
        if setting.weights:
            columns["W"] = [weight for _, weight in stages]
        names = {name: self._column(name, values) for name, values in columns.items()}
        if setting.design == "shared":
            self.lines.append(f"A = {self.rows(names['T0'][0])}")
        if loop:
            self.lines.append(f"for _ in range({self.named('n', setting.n)}):")
        for j in range(len(stages)):
            lines = self._generation({name: column[j] for name, column in names.items()})
            self.lines += [f"    {line}" for line in lines] if loop else lines

    def _column(self, name: str, values: Sequence[Fraction | int]) -> list[str]:
        """The name of each generation's number: one for all where they agree."""
        if len(set(values)) == 1:
            return [self.named(name, values[0])] * len(values)
        return [self.named(f"{name}_{j}", value) for j, value in enumerate(values, 1)]

    def _generation(self, names: dict[str, str]) -> list[str]:
        """The lines of one generation."""
        lines = [] if self.setting.design == "shared" else [f"A = {self.rows(names['T0'])}"]
        labels = f"A@m + {names['sigma0']}*noise(A)"
        if "W" in names:
            lines.append(f"y = A@w0 + {self.real_noise()}*noise(A)")
            lines.append(f"z = {labels}")
            labels = f"{names['W']}*y + (1 - {names['W']})*z"
        if isinstance(self.setting.chain, Accumulate):
            lines.append(f"data = data + [{labels}]")
            labels = "data"
        return [*lines, f"m = ridge({labels}, {names['lam0']})"]

    def downstream(self, teacher: str) -> None:
        """The last fit, f, on the teacher's labels, real labels or both."""
        setting = self.setting
        T, share = self.named("T", setting.T), setting.synthetic_fraction
        kinds = []  # name of the labels, of their rows, how many, of which model, with what noise
        if share > 0:
            size = T if share == 1 else f"{self.named('synthetic_fraction', share)}*{T}"
            kinds.append(("y", "B", size, teacher, self.named("sigma", setting.sigma)))
        if share < 1:
            size = T if share == 0 else f"(1 - synthetic_fraction)*{T}"
            kinds.append(("z", "C", size, "w0", self.real_noise()))
        for name, rows, size, model, noise in kinds:
            self.lines.append(f"{rows} = {self.rows(size)}")
            labels = f"{rows}@{model} + {noise}*noise({rows})"
            if len(kinds) > 1:
                self.lines.append(f"{name} = {labels}")
        fitted = "[y, z]" if len(kinds) > 1 else labels
        options = ""
        if setting.width is not None:
            self.lines.append(f"F = features({self.named('width', setting.width)})")
            options = ", features=F"
        self.lines.append(f"f = ridge({fitted}, {self.named('lam', setting.lam)}{options})")


def _specifications(setting: Setting) -> tuple[str, str]:
    """The texts of the spectrum and the signal, the copies written into the multiplicities.

    A file is named by its whole path, wherever the process is kept.
    """
    spectrum: SpectrumSpec = setting.spectrum
    signal: SignalSpec = setting.signal
    if setting.copies > 1:
        spectrum = _multiplied(spectrum, signal, setting.copies)
    if isinstance(spectrum, SpectrumFile):
        spectrum = replace(spectrum, path=Path(spectrum.path).resolve())
    if isinstance(signal, SignalFile):
        signal = replace(signal, path=Path(signal.path).resolve())
    return str(spectrum), str(signal)


def _multiplied(spectrum: SpectrumSpec, signal: SignalSpec, copies: int) -> SpectrumSpec:
    """Every level so many times; flat and energies share themselves among the copies.

    Raises:
        NotBuilt: the spectrum has no multiplicities to write them into, or the signal is a file.
    """
    if isinstance(signal, Flat | Energies):
        match spectrum:
            case Isotropic():
                return spectrum
            case Spiked(spikes, rest):
                return Spiked(tuple((s, copies * count) for s, count in spikes), rest)
            case Levels(levels):
                return Levels(tuple((s, copies * count) for s, count in levels))
    raise NotBuilt(
        f"copies = {copies} of the spectrum {spectrum} with the signal {signal} have no process: "
        "take the setting that is not grown, or levels:VALUE*COUNT,..."
    )
