"""Command-line options that several commands share: how they become a Setting, or a Process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from ridgeproof.completion import completes, signals, spectra
from ridgeproof.questions.asked import DEFAULT_SEED, is_process_file, seed_of
from ridgeproof.theory.errors import InputError

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ridgeproof.theory.process.record import Process
    from ridgeproof.theory.settings.setting import Setting

__all__ = [
    "DEFAULT_SEED",
    "changed",
    "engine_options",
    "is_given",
    "json_option",
    "open_engine",
    "pop_process",
    "pop_setting",
    "process_argument",
    "read_assignments",
    "seed_option",
    "setting_options",
]

Command = TypeVar("Command", bound=Callable[..., Any])

_SETTING = (
    ("--d", "dimension of the features (read off the file for --spectrum file:PATH)", None),
    ("--T", "rows of the downstream training set", None),
    ("--T0", "rows of each generator's set; T0,T0,...: of each generation in turn", None),
    ("--n", "number of generators before the downstream fit; 0 is clean data", "0"),
    ("--sigma", "label noise of the downstream set (standard deviation)", "0"),
    ("--sigma0", "label noise of the generators; a list for each in turn", "0"),
    ("--lam", "ridge penalty, normalised as (X'X/T + lam)^-1; 0 is ridgeless", "0"),
    ("--lam0", "ridge of the generators, 0 is least squares or minimum norm; or a list", "0"),
    (
        "--design",
        "independent: fresh designs for each generator; shared: one reused",
        "independent",
    ),
    (
        "--spectrum",
        (
            "isotropic | power-law:BETA | ar1:RHO | spiked:VALUE*COUNT,...,REST | "
            "levels:VALUE*COUNT,... | file:PATH (.npy, .csv, .txt)"
        ),
        "isotropic",
    ),
    (
        "--signal",
        "flat (w0_i = 1/sqrt(d)) | source:R (power laws) | energies:B1,... | file:PATH",
        "flat",
    ),
    ("--copies", "repeat each level of the spectrum this many times, splitting its energy", "1"),
    (
        "--chain",
        (
            "replace | accumulate: generators keep all earlier sets | weighted:W (or W1,W2,...): "
            "labels averaged with fresh real ones, weight W on the real label"
        ),
        "replace",
    ),
    ("--synthetic-fraction", "share P2 of synthetic rows in the downstream set", "1"),
    ("--sigma-real", "label noise of real rows and of real labels in the chain (as --sigma)", None),
    ("--width", "random features X Q of this width downstream, Q_ij ~ N(0, 1/width)", None),
    (
        "--features",
        "gaussian | rademacher | uniform | student:DF | elliptical:VALUE*P,... (of tau)",
        "gaussian",
    ),
)
_COMPLETED = {"--spectrum": completes(spectra), "--signal": completes(signals)}
_FIELDS = tuple(name.removeprefix("--").replace("-", "_") for name, _, _ in _SETTING)


def setting_options(*, without: tuple[str, ...] = ()) -> Callable[[Command], Command]:
    """Add the setting options; numbers are decimals or p/q and are taken exactly."""

    def decorate(command: Command) -> Command:
        for name, text, default in reversed(_SETTING):
            if name.removeprefix("--") in without:
                continue
            option = click.option(
                name, _parameter(name), default=default, show_default=default is not None,
                help=text, shell_complete=_COMPLETED.get(name),
            )  # fmt: skip
            command = option(command)
        return command

    return decorate


def _parameter(option: str) -> str:
    # click lower-cases parameter names; T and T0 must stay apart from t.
    return "opt_" + option.removeprefix("--").replace("-", "_")


def pop_setting(options: dict[str, Any], **given: Any) -> Setting:
    """Take the setting options out of a command's keyword arguments and build the Setting.

    Raises:
        InputError: naming the option, its value, the violated condition and the remedy.
    """
    from ridgeproof.numerics.spectra.number_files import file_length
    from ridgeproof.theory.settings.setting import make_setting
    from ridgeproof.theory.settings.spectra import SpectrumFile, parse_spectrum

    fields = {name: options.pop(f"opt_{name}", None) for name in _FIELDS}
    fields |= given
    spectrum = parse_spectrum(fields["spectrum"] or "isotropic")
    if fields["d"] is None and isinstance(spectrum, SpectrumFile):
        fields["d"] = file_length(spectrum.path)
    return make_setting(**fields)


def process_argument(command: Command) -> Command:
    """``[FILE]``, a process in place of a setting, and ``--set``; `pop_process` reads them."""
    command = click.option(
        "--set",
        "changes",
        multiple=True,
        metavar="NAME=VALUE",
        help="with FILE: a parameter of the process that has no option of its own",
    )(command)
    whole = completes(tuple, files=True)
    return click.argument("file", required=False, metavar="[FILE]", shell_complete=whole)(command)


def is_given(parameter: str) -> bool:
    """Whether the user wrote a parameter of the running command on the command line."""
    source = click.get_current_context().get_parameter_source(parameter)
    return source is ParameterSource.COMMANDLINE


def pop_process(options: dict[str, Any]) -> tuple[Process, dict[str, str]] | None:
    """Take FILE, ``--set`` and the setting options out of a command's keyword arguments.

    Returns:
        The process and what the command line says of it: parameters, d, spectrum, signal, as text;
        or None, with the setting options left alone, where no FILE is given.

    Raises:
        InputError: FILE is no process, or an option is none of its parameters, or comes twice.
    """
    from ridgeproof.theory.process.facts import require_known
    from ridgeproof.theory.process.file import read_process

    file, changes = options.pop("file"), options.pop("changes")
    if file is None:
        if changes:
            condition = "sets a parameter of a process, and there is no FILE"
            raise InputError("--set", changes[0], condition, "give a process file")
        return None
    context = click.get_current_context()
    if not is_process_file(file):
        message = f"Got unexpected extra argument ({file}), which is no process file (.toml)"
        raise click.UsageError(message, context)
    process = read_process(Path(file))
    given = {}
    for field in _FIELDS:
        value = options.pop(f"opt_{field}", None)
        if is_given(f"opt_{field}"):
            given[field] = value
    given = read_assignments(changes, given)
    require_known(process, given)
    return process, given


def read_assignments(
    texts: tuple[str, ...], given: Mapping[str, Any] | None = None, option: str = "--set"
) -> dict[str, Any]:
    """Names and values of an option NAME=VALUE, with those that are given already.

    Raises:
        InputError: a text is not of that form, or a name comes twice.
    """
    found = dict(given or {})
    for text in texts:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not (name and sign and value):
            raise InputError(option, text, "is no assignment", "write NAME=VALUE, as in lam=1/10")
        if name in found:
            raise InputError(name, value, "is given more than once", "give it once")
        found[name] = value
    return found


def changed(options: dict[str, Any], changes: tuple[str, ...], name: str) -> dict[str, Any]:
    """A setting command's options with some of them changed by texts NAME=VALUE.

    Raises:
        InputError: a text is not of that form, or names no option of a setting.
    """
    fields = dict(options)
    for key, value in read_assignments(changes, option=name).items():
        field = key.removeprefix("--").replace("-", "_")
        if field not in _FIELDS:
            remedy = "write NAME=VALUE, as in lam=1/10"
            raise InputError(name, key, "does not change an option of the setting", remedy)
        fields[f"opt_{field}"] = value
    return fields


def engine_options(default: str) -> Callable[[Command], Command]:
    """``--workers`` and ``--dask``: where to compute; `open_engine` reads them.

    ``default`` says in words what is done where neither is given.
    """

    def decorate(command: Command) -> Command:
        command = click.option(
            "--dask", metavar="ADDRESS", help="compute on the cluster of this dask scheduler"
        )(command)
        return click.option(
            "--workers", help=f"local processes to compute with  [default: {default}]"
        )(command)

    return decorate


@contextmanager
def open_engine(
    workers: str | None, dask: str | None, default: int = 1
) -> Iterator[tuple[int, Executor | None]]:
    """The number of workers, and the executor to compute on where it is a cluster's.

    Raises:
        InputError: both are given, no such number, or no cluster answers.
    """
    from ridgeproof.theory.checks import check_integer
    from ridgeproof.verification.compute.dask_cluster import open_cluster

    if dask is None:
        count = default if workers is None else workers
        yield check_integer("--workers", count, least=1, most=256), None
    elif workers is not None:
        raise InputError("--workers", workers, "contradicts --dask", "give one of the two")
    else:
        with open_cluster(dask) as cluster:
            yield cluster.workers, cluster.executor


def seed_option(command: Command) -> Command:
    """``--seed``: every random result is a function of it, on any number of workers."""
    return click.option(
        "--seed",
        type=str,
        default=str(DEFAULT_SEED),
        show_default=True,
        callback=lambda _context, _option, value: seed_of(value),
        help="seed of every random number",
    )(command)


def json_option(command: Command) -> Command:
    """``--json``: exactly one JSON object on stdout."""
    return click.option("--json", "as_json", is_flag=True, help="print one JSON object")(command)
