"""Renderings: Unicode, LaTeX, Markdown and data say the same, and mark what failed."""

from __future__ import annotations

import json

import pytest
from sympy import Symbol

from ridgeproof.theory import rendering
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import catalogue, find
from ridgeproof.theory.spectral import SpectralSum

FORMULAS = list(catalogue().values())
SECTIONS = find("ridgeless").derive().sections
PASSED = [[True] * len(section.steps) for section in SECTIONS]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (sy.sigma**2 * sy.gamma / (1 - sy.gamma), "γ σ²/(1 - γ)"),
        (SpectralSum(sy.s * sy.w0**2), "[Σᵢ sᵢ w₀ᵢ²]"),
        (SpectralSum(sy.s + sy.a), "[Σᵢ (aᵢ + sᵢ)]"),
        (sy.lam + sy.kappa0, "κ₀ + λ"),
        (sy.kappa**-2, "κ^(-2)"),
        (sy.eta**sy.n, "η^n"),
    ],
)
def test_one_line(expression, expected):
    """One line of Unicode, powers as superscripts where they are numbers."""
    assert rendering.one_line(expression) == expected


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda f: f.id)
def test_a_formula_in_full_explains_its_symbols(formula):
    """Text has the regime, the source, and a meaning for each symbol it shows."""
    text = rendering.formula_text(formula)
    assert text.startswith(f"{formula.theorem}  {formula.id}: {formula.title}")
    for part in (formula.statement, formula.regime, formula.source, formula.kind.value):
        assert part in text
    glossary = text.partition("\nwhere\n")[2]
    for expression in formula.expressions.values():
        for symbol in expression.free_symbols - {sy.ell}:
            if formula.kind.value not in {"scaling", "equations"}:
                assert f" {symbol.name} " in glossary


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda f: f.id)
def test_latex_is_balanced(formula):
    """Braces close, and no Python or Unicode mathematics is left in LaTeX."""
    for text in (rendering.formula_latex(formula), rendering.formula_markdown(formula)):
        assert text.count("{") == text.count("}")
        mathematics = rendering.formula_latex(formula)
        assert mathematics.isascii()
        assert "**" not in mathematics


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda f: f.id)
def test_data_is_json(formula):
    """The record as plain data, with every expression in text and in LaTeX."""
    data = json.loads(json.dumps(rendering.formula_data(formula)))
    assert data["id"] == formula.id
    assert set(data["expressions"]) == set(data["latex"]) == set(formula.expressions)


@pytest.mark.parametrize(
    "render",
    [rendering.derivation_text, rendering.derivation_latex, rendering.derivation_markdown],
)
def test_derivations_show_every_step_and_its_check(render):
    """Each justification once a step; a failed check is shouted, an absent one is silent."""
    derivation = find("ridgeless").derive()
    steps = sum(len(section.steps) for section in SECTIONS)
    assert render(derivation, PASSED).count("[checked]") == steps
    assert "checked" not in render(derivation)
    failed = [list(section) for section in PASSED]
    failed[0][0] = False
    shown = render(derivation, failed)
    assert shown.count("[CHECK FAILED]") == 1
    assert shown.count("[checked]") == steps - 1


def test_derivation_data_has_the_contract_s_keys():
    """id, steps, result, latex; a result that was specialised takes the place of the last line."""
    derivation = find("ridgeless").derive()
    data = rendering.derivation_data(derivation, PASSED)
    assert set(data) == {"id", "steps", "result", "latex"}
    assert data["result"] == str(derivation.result)
    assert all(step["checked"] for step in data["steps"])
    assert derivation.specialised("n", 0).data()["result"] == "d*sigma**2/(T - d - 1)"
    assert rendering.derivation_data(derivation, None)["steps"][0]["checked"] is None


def test_a_latex_derivation_is_a_document():
    """It begins and ends as a document, and its environments match."""
    text = rendering.derivation_latex(find("ridge").derive())
    assert text.startswith(r"\documentclass")
    assert text.endswith(r"\end{document}")
    assert text.count(r"\begin{align*}") == text.count(r"\end{align*}")
    assert text.count("{") == text.count("}")


def test_lambda_is_greek_on_paper():
    """lam is spelled lambda in every notation."""
    assert rendering.latex(sy.lam) == r"\lambda"
    assert rendering.pretty(sy.lam) == "λ"
    assert rendering.one_line(sy.lam0) == "λ₀"


def test_a_long_quotient_keeps_the_power_of_its_denominator():
    """A numerator over several lines is over the square that it was over, not over its inverse."""
    above = sum(Symbol(f"numerator_{i}") for i in range(20))
    both = {"q": above / (1 - sy.gamma) ** 2, "d": sy.d}
    last = rendering.results_text(both).partition("d =")[0].split("\n")[-3]
    assert last.endswith(")/(1 - γ)²")
