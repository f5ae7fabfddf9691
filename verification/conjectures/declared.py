"""Conjectures in Python: a claim about any quantity that the user can simulate.

    from ridgeproof import conjecture

    @conjecture(domain={"d": {"integers": [3, 8]}, "T": "4*d .. 6*d", "n": 0, "sigma": 1},
                simulator=my_process)
    def error_of_my_process(setting):
        return float(setting.d / (setting.T - setting.d - 1))

``my_process(setting, rng)`` returns one draw of the quantity, or an array of independent draws,
whose mean the claim is about.  Unlike a TOML file a Python file is executed when it is checked.
"""

from __future__ import annotations

import runpy
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ridgeproof.numerics.spectra.number_files import check_files
from ridgeproof.theory.checks import check_choice
from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.claim import Claim
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.conjectures.ladder.case import Case, Subject
from ridgeproof.verification.conjectures.ladder.on_trial import simulate
from ridgeproof.verification.simulation.seeds import make_generator
from ridgeproof.verification.simulation.simulate import QUANTITIES
from ridgeproof.verification.testing.judge import Judge, Refutation
from ridgeproof.verification.testing.progress import Trial
from ridgeproof.verification.testing.redo import setting_arguments
from ridgeproof.verification.testing.sequential import RELATIONS
from ridgeproof.verification.testing.verdict import Verdict

__all__ = ["USER", "Declared", "DeclaredSubject", "UserSampler", "conjecture", "load_declared"]

# How the evidence names a simulation that is not ours.
USER = "the user's"

Value = Callable[[Setting], float]
Simulator = Callable[[Setting, np.random.Generator], Any]


@dataclass(frozen=True, kw_only=True)
class Declared(Claim):
    """A conjecture declared in Python; its claimed value is ``claim(setting)``.

    Attributes:
        claim: the claimed mean at a setting; it must be a finite number.
        quantity: what is simulated: a name of one's own with a simulator, or test_error, bias,
            variance, synthetic without.
        simulator: (setting, rng) -> one draw or an array of draws; None for the catalogued ones.
        origin: the file that declares it.
    """

    claim: Value
    simulator: Simulator | None = None
    origin: Path | None = None

    def value(self, setting: Setting) -> float:
        """The claimed value at a setting.

        Raises:
            InputError: the user's function did not return a finite number.
        """
        claimed = float(self.claim(setting))
        if not np.isfinite(claimed):
            raise InputError(
                self.statement, claimed, f"is not finite at {setting}", "narrow the domain"
            )
        return claimed

    def redo(self, setting: Setting, repetitions: int) -> tuple[str, str]:
        """A command and a line of Python that simulate the quantity at a setting again.

        Both are empty where the quantity is catalogued: it has lines of its own.
        """
        if self.simulator is None:
            return "", ""
        made = f"ridgeproof.make_setting({setting_arguments(setting)})"
        name = getattr(self.simulator, "__name__", "simulator")
        if self.origin is None:
            return (
                "run the line of Python where the simulator is defined",
                f"import numpy, ridgeproof; print({name}({made}, numpy.random.default_rng(0)))",
            )
        python = (
            f"import numpy, ridgeproof, runpy; "
            f"simulator = runpy.run_path({str(self.origin)!r})[{name!r}]; "
            f"rng = numpy.random.default_rng(0); setting = {made}; "
            f"draws = [numpy.mean(simulator(setting, rng)) for _ in range({max(repetitions, 2)})]; "
            f"print(numpy.mean(draws))"
        )
        return f"ridgeproof check {shlex.quote(str(self.origin))}", python


def conjecture(
    domain: Mapping[str, Any] | Domain,
    *,
    title: str = "",
    relation: str = "equals",
    quantity: str = "",
    simulator: Simulator | None = None,
) -> Callable[[Value], Declared]:
    """Declare a function of a setting as a conjecture; `check` decides it.

    Args:
        domain: a Domain, or a table in the form of a TOML conjecture's [domain].
        title: what the claim says; the function's first docstring line by default.
        relation: equals, at-most or at-least.
        quantity: name of what is simulated.
        simulator: how to draw it, for a quantity or a process outside the catalogue.

    Raises:
        InputError: an unknown relation, or a quantity that needs a simulator.
    """
    check_choice("relation", relation, RELATIONS)
    name = quantity or ("test_error" if simulator is None else "simulated quantity")
    if simulator is None and name not in QUANTITIES:
        raise InputError(
            "quantity", name, "is not catalogued", f"give a simulator, or one of {QUANTITIES}"
        )
    settings = domain if isinstance(domain, Domain) else read_domain(domain)

    def declare(claim: Value) -> Declared:
        first_line = (claim.__doc__ or claim.__name__).strip().splitlines()[0]
        return Declared(
            title=title or first_line,
            quantity=name,
            relation=relation,
            kind="exact",
            formula=None,
            domain=settings,
            formula_text=f"{claim.__name__}(setting)",
            claim=claim,
            simulator=simulator,
        )

    return declare


@dataclass(frozen=True)
class UserSampler:
    """Draws of a user's simulator: a function of (chunk, size) and the seed alone."""

    simulator: Simulator
    setting: Setting
    seed: int
    claim: str

    def __call__(self, chunk: int, size: int) -> NDArray[np.float64]:
        """``size`` draws from the stream of this chunk."""
        rng = make_generator(self.seed, self.claim, self.setting.canonical(), "user", chunk)
        drawn: list[NDArray[np.float64]] = []
        missing = size
        while missing > 0:
            some = np.atleast_1d(np.asarray(self.simulator(self.setting, rng), dtype=float))
            if some.ndim != 1 or some.size == 0:
                raise InputError(
                    "simulator",
                    f"an array of shape {some.shape}",
                    "is neither a number nor a list of draws",
                    "return one draw or a one-dimensional array",
                )
            drawn.append(some)
            missing -= some.size
        return np.concatenate(drawn)[:size]


@dataclass(frozen=True)
class DeclaredSubject(Subject):
    """A declared conjecture as the rungs of a check see it: simulation alone decides it."""

    claim: Declared

    @property
    def literal(self) -> int:
        """A simulator of one's own is the literal process already."""
        return int(self.claim.simulator is None)

    @property
    def judged(self) -> str:
        """Settings at which the catalogued quantity could be simulated."""
        return self.name

    def begin(self, trial: Trial, places: list[Setting]) -> Verdict:
        """No theory is asked about a quantity of the user's."""
        for setting in places:
            check_files(setting, "domain ")
        return simulate(trial, self, places)

    def put(self, case: Case, judge: Judge, method: str) -> None:
        """Put the claimed mean on trial at one setting.

        Raises:
            Refutation: the simulated mean does not stand in the claimed relation.
        """
        claim, setting, sampler = self.claim, case.place, None
        if claim.simulator is not None:
            sampler, method = UserSampler(claim.simulator, setting, judge.seed, judge.claim), USER
        try:
            judge.mean(
                setting,
                claim.value(setting),
                quantity=claim.quantity,
                relation=claim.relation,
                method=method,
                sampler=sampler,
            )
        except Refutation as refutation:
            found = refutation.counterexample
            command, python = claim.redo(setting, found.repetitions)
            raise Refutation(replace(found, redo=command, redo_python=python)) from None


def load_declared(path: Path) -> Declared:
    """Run a Python file and return the one conjecture it declares.

    Raises:
        InputError: the file cannot be run, or declares no conjecture or several.
    """
    try:
        is_file = path.is_file()
    except OSError:  # such as a name that is too long
        is_file = False
    if not is_file:
        raise InputError("conjecture file", path, "is not a file", "check the path")
    try:
        names = runpy.run_path(str(path), run_name="conjecture_file")
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            "conjecture file",
            path,
            f"failed to run ({type(error).__name__}: {error})",
            "correct it",
        ) from error
    found = {name: value for name, value in names.items() if isinstance(value, Declared)}
    if len(found) != 1:
        shown = ", ".join(found) or "none"
        raise InputError(
            "conjecture file", path, f"declares {shown}", "declare exactly one with @conjecture"
        )
    return replace(next(iter(found.values())), origin=path)
