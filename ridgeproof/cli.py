"""The command line: finds the commands, and turns errors into messages and exit codes.

A command is a module of `ridgeproof.commands` with a click command named ``command``.
"""

from __future__ import annotations

import importlib
import itertools
import json
import os
import pkgutil
import re
import sys
from functools import lru_cache
from typing import Any, NoReturn

import click

from ridgeproof import __version__, commands
from ridgeproof.console import echo
from ridgeproof.interrupts import INTERRUPTED, listen
from ridgeproof.theory.checks import closest
from ridgeproof.theory.errors import MISSING, InputError, RidgeproofError, shortened

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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is named; the closest is suggested for one that is not."""
        if args and not ctx.resilient_parsing and args[0] not in _command_names():
            hint = closest(args[0], _command_names())
            if not args[0].startswith("-"):
                remedy = f"{hint}choose from {', '.join(_command_names())}"
                raise InputError("COMMAND", args[0], "is not a command", remedy)
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None and not ctx.resilient_parsing:
            _refuse_repeated(command, click.Context(command, ctx, info_name=name), rest)
        return name, command, rest

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
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


def _refuse_repeated(command: click.Command, ctx: click.Context, args: list[str]) -> None:
    """Refuse an option that stands twice, of which click would take the last."""
    try:
        _, _, order = command.make_parser(ctx).parse_args(args=list(args))
    except click.UsageError as error:
        # click does not say of which command an option lacks its value.
        error.ctx = error.ctx or ctx
        raise
    once = [each for each in order if isinstance(each, click.Option) and not each.multiple]
    for option in once:
        times = once.count(option)
        if times > 1:
            name = max(option.opts, key=len)
            raise InputError(name, f"given {times} times", "is ambiguous", "give it once")


def _as_typed(error: InputError, command: click.Command | None) -> InputError:
    """The error with the option's spelling where it is about an option of the command."""
    field, space, part = error.name.partition(" ")
    option = f"--{field.replace('_', '-')}"
    if command is None or not any(option in parameter.opts for parameter in command.params):
        return error
    remedy = re.sub(rf"\bgive {re.escape(field)}\b", f"give {option}", error.remedy)
    return type(error)(f"{option}{space}{part}", error.value, error.condition, remedy)


def _wants_json(words: list[str]) -> bool:
    """Whether JSON was asked for, of a command line that may be wrong otherwise."""
    pairs = itertools.pairwise(words)
    return not {"--json", "--format=json"}.isdisjoint(words) or ("--format", "json") in pairs


def _refuse(error: RidgeproofError | click.ClickException) -> NoReturn:
    """Say on stderr what is wrong, in a line or as JSON, and leave."""
    condition, remedy = _usage(error) if isinstance(error, click.ClickException) else (error, None)
    if not _wants_json(sys.argv[1:]):
        echo(f"Error: {condition}" + (f". See {remedy}" if remedy else ""), err=True)
        sys.exit(BAD_INPUT)
    option = getattr(error, "param", None)
    name = option.opts[0] if option else getattr(error, "option_name", None)
    remedy = remedy and f"see {remedy}"
    parts = {"name": name, "value": None, "condition": str(condition), "remedy": remedy}
    if isinstance(error, InputError):
        value = None if error.value is MISSING else shortened(str(error.value))
        parts = {
            "name": error.name, "value": value, "condition": error.condition, "remedy": error.remedy
        }  # fmt: skip
    echo(json.dumps({"error": parts}), err=True)
    sys.exit(BAD_INPUT)


def _usage(error: click.ClickException) -> tuple[str, str]:
    """What click has to say, in one line: long values shortened; and where to read on."""
    message = error.format_message()
    for word in sys.argv[1:]:
        for value in (word, word.partition("=")[2]):
            for typed in (value, repr(value)[1:-1]):
                message = message.replace(typed, shortened(typed)) if typed else message
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context else "ridgeproof"
    return " ".join(message.rstrip().rstrip(".").split()), f"{path} --help"


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
    except (click.ClickException, RidgeproofError) as error:
        _refuse(error)
    except MemoryError:
        _refuse(RidgeproofError("out of memory. Take a smaller d, T or T0, or fewer --workers"))
    except KeyboardInterrupt:
        echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader (such as head) has what it wanted.
        sys.stderr.close()
        sys.exit(0)
    sys.exit(status if isinstance(status, int) else 0)
