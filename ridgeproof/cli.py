"""The command line: finds the commands, and turns errors into messages and exit codes.

A command is a module of `ridgeproof.commands` with a click command named ``command``.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import sys
from functools import lru_cache
from typing import Any

import click

from ridgeproof import __version__, commands
from ridgeproof.console import echo
from ridgeproof.interrupts import INTERRUPTED, listen
from ridgeproof.theory.errors import InputError, RidgeproofError, shortened

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

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            # click does not say of which command an option lacks its value.
            command = self.get_command(ctx, ctx.invoked_subcommand or "")
            if error.ctx is None and command is not None:
                error.ctx = click.Context(command, ctx, info_name=command.name)
            raise
        except InputError as error:
            raise _as_typed(error, self.get_command(ctx, ctx.invoked_subcommand or "")) from error


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
    or any pipeline       ridgeproof evaluate process.toml --T 600
    check a conjecture    ridgeproof check conjecture.toml
    verify the theory     ridgeproof verify
    """  # noqa: D301


def _as_typed(error: InputError, command: click.Command | None) -> InputError:
    """The error with the option's spelling where it is about an option of the command."""
    field, space, part = error.name.partition(" ")
    option = f"--{field.replace('_', '-')}"
    if command is None or not any(option in parameter.opts for parameter in command.params):
        return error
    remedy = re.sub(rf"\bgive {re.escape(field)}\b", f"give {option}", error.remedy)
    return type(error)(f"{option}{space}{part}", error.value, error.condition, remedy)


def _usage(error: click.ClickException) -> str:
    """What click has to say, in one line: long values shortened, and where to read on."""
    message = error.format_message()
    for word in sys.argv[1:]:
        for value in (word, word.partition("=")[2]):
            for typed in (value, repr(value)[1:-1]):
                message = message.replace(typed, shortened(typed)) if typed else message
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "ridgeproof"
    return " ".join(f"{message.rstrip().rstrip('.')}. See {path} --help".split())


def main() -> None:
    """Run the command line and exit with the contract's status."""
    # One BLAS thread per process: more make small matrices slower, and workers fight over cores.
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    listen()
    try:
        status = cli.main(prog_name="ridgeproof", standalone_mode=False)
    except click.exceptions.Abort:
        echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        echo(f"Error: {_usage(error)}", err=True)
        sys.exit(BAD_INPUT)
    except RidgeproofError as error:
        echo(f"Error: {error}", err=True)
        sys.exit(BAD_INPUT)
    except MemoryError:
        echo("Error: out of memory. Take a smaller d, T or T0, or fewer --workers", err=True)
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader (such as head) has what it wanted.
        sys.stderr.close()
        sys.exit(0)
    sys.exit(status if isinstance(status, int) else 0)
