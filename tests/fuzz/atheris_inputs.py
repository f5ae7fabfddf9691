"""Coverage-guided fuzzing of what users type: only ridgeproof's own errors may come out.

    python tests/fuzz/atheris_inputs.py formula -max_total_time=300
    python tests/fuzz/atheris_inputs.py value   -max_total_time=300
    python tests/fuzz/atheris_inputs.py file    -max_total_time=300

`formula` parses a text, `value` also evaluates what it reads at 50 digits, exact and in the limit,
and `file` reads a conjecture file and draws settings from its domain.  An input that takes over
25 seconds or 1 GB fails, as does any exception that is not a RidgeproofError.  Needs atheris, which
the test-suite does not; `tests/verification/conjectures/test_fuzz.py` fuzzes the same with
hypothesis.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Callable
from pathlib import Path

LIMITS = ("-timeout=25", "-rss_limit_mb=1024", "-max_len=2500")
ROOT = Path(__file__).parents[2]


def formula(data: bytes) -> None:
    """The parser of formulas."""
    from ridgeproof.verification.conjectures.parser import parse_formula

    parse_formula(data.decode("utf-8", "replace"))


def value(data: bytes) -> None:
    """The parser and the evaluation of what it lets through."""
    from ridgeproof.theory.domains.domain import Domain
    from ridgeproof.theory.settings.setting import make_setting
    from ridgeproof.verification.conjectures.conjecture import Conjecture
    from ridgeproof.verification.conjectures.parser import parse_formula
    from ridgeproof.verification.conjectures.settings.claimed import claimed_value

    text = data.decode("utf-8", "replace")
    expression = parse_formula(text)
    setting = make_setting(
        d=7, T=19, T0=23, n=3, sigma=2, sigma0="1/2", lam="0.3",
        spectrum="power-law:3/2", signal="source:2/5",
    )  # fmt: skip
    for kind in ("exact", "limit"):
        claim = object.__new__(Conjecture)  # a domain would only narrow what is tried
        for name, content in (
            ("quantity", "test_error"), ("relation", "equals"), ("kind", kind),
            ("formula", expression), ("formula_text", text), ("domain", Domain(())),
        ):  # fmt: skip
            object.__setattr__(claim, name, content)
        claimed_value(claim, setting)


def file(data: bytes) -> None:
    """The reader of conjecture files, and what its domain gives."""
    from ridgeproof.verification.conjectures.conjecture import read_conjecture
    from ridgeproof.verification.strategies import draw

    claim = read_conjecture(data.decode("utf-8", "replace") + "\n")
    draw(claim.domain, 2, 0, claim.quantity)


TARGETS: dict[str, Callable[[bytes], None]] = {"formula": formula, "value": value, "file": file}


def seeds(target: str) -> list[bytes]:
    """Valid inputs to start from."""
    files = [
        path.read_bytes()
        for folder in ("tests/bank", "examples/conjectures")
        for path in sorted((ROOT / folder).glob("*.toml"))
    ]
    if target == "file":
        return files
    found = [
        text.split(b'formula  = "')[1].split(b'"')[0] for text in files if b"formula  = " in text
    ]
    return [*found, b"min(kappa, log(b))^(n - 1) + zeta(1 + beta)*exp(-r)/sqrt(df2) - pi*0.1e-3"]


def words(target: str) -> str:
    """What is worth inserting as a whole, in libFuzzer's format."""
    from ridgeproof.theory.symbols import NAMED
    from ridgeproof.verification.conjectures.parser import CONSTANTS, FUNCTIONS

    found = {*NAMED, *CONSTANTS, *FUNCTIONS, "^(", "**", ")^n", "1e9", "^64", " .. ", "0.1", "1/3"}
    for text in seeds(target):
        found.update(re.findall(r"[\w:./-]+", text.decode()))
    return "".join(f'"{word}"\n' for word in sorted(found))


def main() -> None:
    """Fuzz one target; further arguments go to libFuzzer."""
    import tempfile

    import atheris

    target = TARGETS[sys.argv[1]]
    with atheris.instrument_imports(include=["ridgeproof"]):
        import ridgeproof.verification.conjectures.conjecture
        import ridgeproof.verification.conjectures.settings.claimed
        import ridgeproof.verification.strategies  # noqa: F401
    from ridgeproof.theory.errors import RidgeproofError

    def one(data: bytes) -> None:
        with contextlib.suppress(RidgeproofError):
            target(data)

    with tempfile.TemporaryDirectory() as folder:
        corpus, dictionary = Path(folder) / "corpus", Path(folder) / "words"
        corpus.mkdir()
        for number, text in enumerate(seeds(sys.argv[1])):
            (corpus / str(number)).write_bytes(text)
        dictionary.write_text(words(sys.argv[1]), encoding="utf-8")
        options = [*LIMITS, f"-dict={dictionary}", *sys.argv[2:]]
        atheris.Setup([sys.argv[0], *options, str(corpus)], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
