"""The command line: finds the commands, and turns errors into messages and exit codes.

A command is a module of `ridgeproof.commands` with a click command named ``command``.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
from functools import lru_cache

import click

from ridgeproof import __version__, commands
from ridgeproof.interrupts import INTERRUPTED, listen
from ridgeproof.theory.errors import InputError, RidgeproofError

__all__ = ["cli", "main"]

BAD_INPUT = 2


@lru_cache
def _command_names() -> tuple[str, ...]:
    return tuple(sorted(info.name for info in pkgutil.iter_modules(commands.__path__)))


class _Commands(click.Group):
    """A group whose members are the modules of ridgeproof.commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_command_names())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _command_names():
            return None
        module = importlib.import_module(f"{commands.__name__}.{cmd_name}")
        command: click.Command = module.command
        return command


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=(
        "Exit codes: 0 success, 1 a claim was refuted, 2 bad input, 3 undecided, 130 interrupted. "
        'Shell completion: eval "$(_RIDGEPROOF_COMPLETE=bash_source ridgeproof)" (or zsh, fish).'
    ),
)
@click.version_option(__version__, prog_name="ridgeproof")
def cli() -> None:
    """Derive, evaluate and decide formulas for ridge regression under model collapse.

    \b
    derive a formula      ridgeproof derive ridge
    evaluate it           ridgeproof evaluate --d 300 --T 600 --lam 0.1 --sigma 0.5
    check a conjecture    ridgeproof check conjecture.toml
    verify the theory     ridgeproof verify
    """  # noqa: D301


def _message(error: RidgeproofError) -> str:
    """The error's text, with the option's spelling where it is about an option."""
    from ridgeproof.theory.settings.setting import Setting

    if isinstance(error, InputError) and error.name in Setting.__dataclass_fields__:
        error = type(error)(
            f"--{error.name.replace('_', '-')}", error.value, error.condition, error.remedy
        )
    return str(error)


def main() -> None:
    """Run the command line and exit with the contract's status."""
    # One BLAS thread per process: more make small matrices slower, and workers fight over cores.
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    listen()
    try:
        status = cli.main(prog_name="ridgeproof", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(BAD_INPUT)
    except RidgeproofError as error:
        click.echo(f"Error: {_message(error)}", err=True)
        sys.exit(BAD_INPUT)
    except MemoryError:
        click.echo("Error: out of memory. Take a smaller d, T or T0, or fewer --workers", err=True)
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader (such as head) has what it wanted.
        sys.stderr.close()
        sys.exit(0)
    sys.exit(status if isinstance(status, int) else 0)
