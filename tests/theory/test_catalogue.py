"""The catalogue: complete records, found by id or number."""

from __future__ import annotations

import pytest

from ridgeproof.theory.catalogue import catalogue, find
from ridgeproof.theory.definitions import MEANINGS
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.formula import ERROR_TERMS, Form
from ridgeproof.theory.limits import proportional_limit


def test_theorems_come_in_order():
    """Ids and theorem numbers are unique; T1 comes before T2, and the neighbours (N) come last."""
    numbers = [formula.theorem for formula in catalogue().values()]
    assert numbers == sorted(set(numbers), key=lambda number: (number[0] != "T", number))
    assert list(catalogue()) == [formula.id for formula in catalogue().values()]


@pytest.mark.parametrize("formula", catalogue().values(), ids=lambda f: f.id)
def test_records_are_complete(formula):
    """Every record says what it states, when it holds, and where it comes from."""
    assert formula.title
    assert formula.statement.endswith(".")
    assert formula.regime
    assert "arXiv" in formula.source or "derived here" in formula.source
    assert find(formula.theorem) is find(formula.id) is formula


@pytest.mark.parametrize(
    "formula",
    [f for f in catalogue().values() if f.kind.value not in {"scaling", "equations"}],
    ids=lambda f: f.id,
)
def test_every_symbol_has_a_meaning(formula):
    """No formula holds a symbol that its page could not explain."""
    for expression in formula.expressions.values():
        assert expression.free_symbols <= set(MEANINGS)


@pytest.mark.parametrize("formula", [f for f in catalogue().values() if f.is_test_error])
def test_terms_sum_to_the_error(formula):
    """The unnamed expression is the sum of the three terms, in either form."""
    for form in Form:
        total = sum(formula.expression(term, form) for term in ERROR_TERMS)
        assert formula.expression(form=form) - total == 0
    assert proportional_limit(formula.expression(form=Form.LIMIT)) == formula.expression(
        form=Form.LIMIT
    )


def test_unknown_ids_name_the_closest():
    """A slip of the keyboard is answered with the id that was meant."""
    with pytest.raises(InputError, match="Did you mean ridgeless") as caught:
        find("ridgless")
    assert "optimal-ridge" in caught.value.remedy
