"""Formulas as a person sets them, and every example through LaTeX."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from sympy import Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import catalogue
from ridgeproof.theory.equivalent.formulas.derived import derive_process
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.paper import document, in_words, latex
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.rendering import derivation_fragment
from ridgeproof.theory.spectral import SpectralSum

KAPPA = Symbol("kappa1", real=True)


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        (-sy.d / (sy.d + 1 - sy.T0), r"\frac{d}{T_{0} - d - 1}"),
        (1 - sy.df1 / sy.T, r"1 - \frac{\mathrm{df}_1}{T}"),
        (SpectralSum((sy.s / (sy.s + KAPPA)) ** 2) ** 2, r"\operatorname{df}_{2}^{2}(\kappa_{1})"),
        (SpectralSum(sy.s * sy.w0) ** 2, r"\Bigl(\sum_{i} s_{i} w_{0i}\Bigr)^{2}"),
        (SpectralSum(sy.s + 1), r"\sum_{i} (s_{i} + 1)"),
        (Symbol("X^T_m#2"), r"X_{m^{(2)}}^{\mathsf T}"),
    ],
)
def test_formulas_as_a_person_sets_them(expression, written):
    """Signs where they are read, degrees of freedom as one word, powers of whole sums."""
    assert latex(expression) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("w_hat = X^+ (X w + sigma e)", r"$\hat w= X^{+}(X w+\sigma e)$"),
        ("each model u on rows X; e is noise", "each model $u$ on rows $X$; $e$ is noise"),
        ("by Stein's identity: (1) and (2)", "by Stein's identity: (1) and (2)"),
        ("ask best_teacher & more", r"ask best\_teacher \& more"),
        (
            "lam = kappa (1 - df1/T), gamma",
            r"$\lambda=\kappa(1-\mathrm{df}_{1}/T)$, $\gamma$",
        ),
    ],
)
def test_mathematics_in_words(text, written):
    """What is mathematics in a sentence is set as such, and no other word is."""
    assert in_words(text) == written


@pytest.mark.slow
def test_every_derivation_compiles_without_a_complaint(tmp_path):
    """All examples and theorems as fragments of one document: no error, warning or wide line."""
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    parts = [derivation_fragment(formula.derive()) for formula in catalogue().values()]
    for path in sorted(Path("examples/processes").glob("*.toml")):
        try:
            formulas = derive_process(read_process(path))
        except NotBuilt:
            continue
        parts.append(derivation_fragment(formulas.derivation()))
    (tmp_path / "all.tex").write_text(document("\n".join(parts)), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)  # noqa: S603
    log = (tmp_path / "all.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, log[-2000:]
    assert not re.findall(r"^(?:LaTeX Warning|Overfull|Underfull).*", log, re.MULTILINE)
