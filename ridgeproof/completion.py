"""What the shell completes: names of theorems, claims, figures, spectra and signals, and files."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable
from importlib.util import find_spec

import click
from click.shell_completion import CompletionItem

__all__ = ["claims", "completes", "figures", "signals", "spectra", "theorems"]

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def completes(names: Callable[[], Iterable[str]], *, files: bool = False) -> Completer:
    """A completer of names, and where none begins so of files."""

    def complete(
        ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        del ctx, param
        found = [name for name in names() if name.lower().startswith(incomplete.lower())]
        if files and not found:
            return [CompletionItem(incomplete, type="file")]
        return [CompletionItem(name) for name in found]

    return complete


def _modules(package: str) -> list[str]:
    """The modules of a folder of entries, read off their names: importing them takes a second."""
    spec = find_spec(f"ridgeproof.{package}")
    places = spec.submodule_search_locations if spec else None
    return [info.name for info in pkgutil.iter_modules(places)]


def theorems() -> list[str]:
    """The ids of the catalogue."""
    return [name.replace("_", "-") for name in _modules("theory.theorems")]


def claims() -> list[str]:
    """The ids of the claims."""
    return [name.partition("_")[0].upper() for name in _modules("verification.claims")]


def figures() -> list[str]:
    """The names of the figures."""
    return [name.replace("_", "-") for name in _modules("verification.figures.experiments")]


def spectra() -> tuple[str, ...]:
    """The kinds of spectra."""
    return ("isotropic", "power-law:", "ar1:", "spiked:", "levels:", "file:")


def signals() -> tuple[str, ...]:
    """The kinds of signals."""
    return ("flat", "source:", "energies:", "file:")
