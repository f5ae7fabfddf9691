"""The normal form: equal processes have equal graphs, and different ones do not."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.expressions import Name, Number
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.graph import Iteration, Outcome
from ridgeproof.theory.process.normal import count_names, normal_form
from ridgeproof.theory.process.operators.gradient import GradientDescent
from ridgeproof.theory.process.operators.ridge import Ridge
from ridgeproof.theory.process.operators.rows import Noise, Rows


def _graph(steps, ask="risk(m)", **values):
    text = f'[process]\nsteps = """\n{steps}\n"""\n[ask]\nerror = "{ask}"\n'
    return normal_form(read_process(text), {n: Fraction(v) for n, v in values.items()})


GIVEN = "A = rows(T)\ny = A@w0 + sigma*noise(A)\n"
CHAIN = """m = w0
for _ in range(n):
    A = rows(T0)
    m = ridge(A@m + sigma*noise(A), lam)
"""
GATHERED = """data = []
m = w0
for _ in range(n):
    A = rows(T0)
    data = data + [A@m + sigma*noise(A)]
    m = ridge(data, lam)
"""
LAST = "B = rows(T)\nm = ridge(B@m + noise(B), lam)\n"


@pytest.mark.parametrize(
    ("one", "other", "values"),
    [
        (  # names, unused rows, the order in which rows are made, constants
            GIVEN + "m = ridge(y, lam)",
            (
                "C = rows(5)\nB = rows(T)\nu = ridge(C@w0, 1)\n"
                "f = ridge(B@w0 + sigma*noise(B), 1*lam)\nm = f + 0*u"
            ),
            {},
        ),
        (CHAIN + LAST, GATHERED + LAST, {"n": 0}),
        (CHAIN + LAST, GATHERED + LAST, {"n": 1}),
        (CHAIN, CHAIN.replace("range(n)", "range(2)"), {"n": 2}),
        (
            CHAIN,
            (
                "A = rows(T0)\nu = ridge(A@w0 + sigma*noise(A), lam)\nB = rows(T0)\n"
                "m = ridge(B@u + sigma*noise(B), lam)"
            ),
            {"n": 2},
        ),
        (
            GIVEN + "m = iterated_ridge(y, lam, 2)",
            GIVEN + "u = ridge(y, lam)\nm = u + ridge(y - A@u, lam)",
            {},
        ),
        (
            GIVEN + "m = gradient_descent(y, eta, 3)",
            GIVEN + "m = eta*gradient(y)\nfor _ in range(2):\n    m = m + eta*gradient(y - A@m)",
            {},
        ),
        (GIVEN + "m = least_squares(y)", GIVEN + "m = ridge(y, 0)", {}),
        (GIVEN + "m = ridge(y, lam)", GIVEN + "m = ridge(y/2 - (-y/2), lam)", {}),
        (GIVEN + "m = ridge(y, lam)", GIVEN + "m = ridge(y, c)", {"lam": 2, "c": 2}),
    ],
)
def test_equal_processes_have_equal_graphs(one, other, values):
    """Names, unused rows and ways of writing are erased; macros are the algebra they stand for."""
    assert _graph(one, **values) == _graph(other, **values)


@pytest.mark.parametrize(
    ("one", "other", "values"),
    [
        (CHAIN + LAST, GATHERED + LAST, {"n": 2}),
        (  # rows shared or fresh
            GIVEN + "m = ridge(A@ridge(y, lam), lam)",
            GIVEN + "B = rows(T)\nm = ridge(B@ridge(y, lam), lam)",
            {},
        ),
        (  # noise shared or fresh
            GIVEN + "m = ridge(y, lam) + ridge(y, lam)",
            GIVEN + "m = ridge(y, lam) + ridge(A@w0 + sigma*noise(A), lam)",
            {},
        ),
        (GIVEN + "m = ridge(y, lam)", GIVEN + "m = ridge([y, y], lam)", {}),
        (GIVEN + "m = ridge(y, lam)", GIVEN + "m = ridge(y, lam, weights=[2])", {}),
        (GIVEN + "m = ridge(y, lam)", GIVEN.replace("(T)", "(T, law='uniform')")
         + "m = ridge(y, lam)", {}),
        (GIVEN + "m = gradient_flow(y, lam)", GIVEN + "m = pcr(y, lam)", {}),
    ],
)  # fmt: skip
def test_different_processes_have_different_graphs(one, other, values):
    """Sharing, weights, laws and kinds of fits are no names: they stay."""
    assert _graph(one, **values) != _graph(other, **values)


def test_labels_on_the_same_rows_are_one_group():
    """Weights add, the label is their weighted mean, and T counts the rows twice."""
    graph = _graph("A = rows(T)\nm = ridge([A@w0, noise(A)], lam, weights=[1, 3])")
    (fit,) = (node for node in graph.nodes if isinstance(node, Ridge))
    (group,) = fit.groups
    assert (group.weight, group.count) == (Number(Fraction(4)), Number(Fraction(2)))
    ((truth, _),), ((error, _),) = group.labels.models.terms, group.labels.noises.terms
    assert (truth, error) == (Number(Fraction(1, 4)), Number(Fraction(3, 4)))


def test_the_order_of_a_sum_is_erased():
    """a + b and b + a are one combination, whichever of them was met first."""
    steps = GIVEN + "a = ridge(y, 1)\nb = ridge(y, 2)\n"
    one, other = (_graph(steps, f"norm2(a) + norm2({text})") for text in ("a + b", "b + a"))
    assert one == other


def test_the_limit_counts_every_fit_of_a_loop():
    """200 fits in all, with two of them in a round."""
    steps = GIVEN + "m = w0\nfor _ in range(n):\n    m = ridge(A@gradient(A@m), lam)"
    assert sum(isinstance(node, Ridge) for node in _graph(steps, n=100).nodes) == 100
    with pytest.raises(InputError, match="200 fits"):
        _graph(steps, n=101)


@pytest.mark.parametrize("count", ["10^12", "n", "201"])
def test_a_loop_that_makes_its_own_rows_needs_no_count(count):
    """However long, it is one node: fresh rows in its body, and one model that goes round."""
    graph = _graph(CHAIN.replace("range(n)", f"range({count})"))
    (loop,) = (node for node in graph.nodes if isinstance(node, Iteration))
    kinds = [type(node) for node in loop.body.nodes]
    assert [kinds.count(kind) for kind in (Rows, Noise, Ridge)] == [1, 1, 1]
    assert len(loop.entering) == len(loop.body.leaving) == 1
    assert isinstance(graph.nodes[-1], Outcome)


def test_an_iteration_carries_the_models_it_needs_and_no_others():
    """The truth goes round where a round labels with it; a model that nothing reads does not."""
    steps = "u = w0\n" + CHAIN.replace("A@m", "A@(m + w0)/2").replace(
        "    m = ", "    u = 2*m\n    m = "
    )
    graph = _graph(steps)
    (loop,) = (node for node in graph.nodes if isinstance(node, Iteration))
    assert len(loop.entering) == 3  # m, w0 and, unread but changed, u


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("m = ridge(A@m, lam)", "outside it"),
        ("B = rows(T)\n    m = ridge(B@m + sigma*noise(B), lam)\n    sigma2 = 1", None),
        ("B = rows(T)\n    c = c/2\n    m = ridge(B@m, c)", "carried"),
        ("B = rows(T)\n    m = ridge([y, B@m], lam)", "outside it"),
        ("B = rows(T)\n    y = B@m + sigma*noise(B)\n    m = ridge(y, lam)", None),
        ("B = rows(T)\n    m = ridge(B@m, lam, features=F)", "outside it"),
        ("B = rows(T)\n    m = ridge(B@m, i)", "carried"),
    ],
)
def test_a_loop_that_reads_more_than_models_is_unrolled_or_refused(body, why):
    """Beyond 200 fits such a loop is refused with the limit; within it, it is unrolled."""
    steps = GIVEN + "c = lam\nF = features(9)\nm = w0\nfor i in range(n):\n    " + body
    assert not any(isinstance(node, Iteration) for node in _graph(steps, n=200).nodes)
    if why is None:
        assert any(isinstance(node, Iteration) for node in _graph(steps, n=201).nodes)
        return
    for values in ({"n": 201}, {}):
        with pytest.raises(InputError, match=f"must be unrolled.*{why}.*200 fits"):
            _graph(steps, **values)


def test_only_the_models_of_a_loop_that_is_not_unrolled_are_there_after_it():
    """Its last rows or labels are refused with the limit, in a step, a loop or an ask."""
    loop = "m = w0\nfor _ in range(n):\n    B = rows(T)\n    z = B@m\n    m = ridge(z, lam)\n"
    after = "for _ in range(n):\n    m = ridge(B@m, lam)\n"
    for steps, ask in ((loop + "m = ridge(B@m, 1)", "risk(m)"), (loop, "mean_square(z)"),
                       (loop + after, "risk(m)")):  # fmt: skip
        _graph(steps, ask, n=100)
        with pytest.raises(InputError, match=r"must be unrolled \([Bz] is made.*200 fits"):
            _graph(steps, ask, n=201)


def test_the_parameter_of_a_minimum_stays_a_name():
    """Its value is searched for, so that no given value may be put in its place."""
    graph = _graph(GIVEN + "m = ridge(y, lam)", "minimum(risk(m), lam)", lam=3, sigma=2)
    (fit,) = (node for node in graph.nodes if isinstance(node, Ridge))
    assert fit.lam == Name("lam")
    assert fit.groups[0].labels.noises.terms[0][0] == Number(Fraction(2))


def test_gradient_descent_of_many_or_unknown_steps_is_one_node():
    """Up to 64 steps are gradients; the number of steps is named among the counts."""
    steps = GIVEN + "m = gradient_descent(y, eta, k)"
    for values, nodes in (({"k": 64}, 0), ({"k": 65}, 1), ({}, 1)):
        found = [n for n in _graph(steps, **values).nodes if isinstance(n, GradientDescent)]
        assert len(found) == nodes
    steps += "\nfor i in range(n*2):\n    u = m\n"
    text = f'[process]\nsteps = """{steps}"""\n[ask]\nx = "norm2(m)"'
    assert count_names(read_process(text)) == {"k", "n"}


def test_a_model_keeps_its_users_name():
    """A name that is given again is name#2, and an unnamed fit has none."""
    graph = _graph(CHAIN + "m = ridge(rows(T)@ridge(rows(T)@m, lam), lam)", n=2)
    fits = [name for name, n in zip(graph.names, graph.nodes, strict=True) if isinstance(n, Ridge)]
    assert fits == ["m", "m#2", "", "m#3"]
