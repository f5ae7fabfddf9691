"""Functions traced by operator overloading: the record of the text, loops and all."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.names import free_names
from ridgeproof.theory.process.normal import normal_form
from ridgeproof.theory.process.tracing.trace import process

# ruff: noqa: F821  (the words of the language are there when the functions are traced)


def plain(T=30, sigma="1/2", lam=0.1):
    """Ridge."""
    A = rows(T, "S2", law="uniform")
    y = A @ w0 + sigma * noise(A)
    m = ridge([y, 2 * y / 3], lam, weights=[1, 0.3])
    return {"gcv": mean_square(y - A @ m) / (1 - df(m)) ** 2, "risk": risk(m) - 1 / 4}


PLAIN = """
A = rows(T, 'S2', law='uniform')
y = A@w0 + sigma*noise(A)
m = ridge([y, 2*y/3], lam, weights=[1, 3/10])
"""


def distillation(n, T, sigma, lam):
    """The same rows and labels in every round."""
    A = rows(T)
    y = A @ w0 + sigma * noise(A)
    m = ridge(y, lam)
    u = m
    for _ in range(n):
        m = ridge(A @ m, lam)
        u = ridge(7 / 5 * (A @ u) - 2 / 5 * y, lam)
    return {"mixed": risk(u), "pure": risk(m)}


DISTILLATION = """
A = rows(T)
y = A@w0 + sigma*noise(A)
m = ridge(y, lam)
u = m
for _ in range(n):
    m = ridge(A@m, lam)
    u = ridge(7/5*(A@u) - 2/5*y, lam)
"""


def nested(n, k, T, lam):
    """A loop in a loop, over fresh rows, with a penalty that falls."""
    m = w0
    for i in range(n):
        A = rows(T)
        for _ in range(k + 1):
            m = ridge(A @ m + noise(A), lam / (i + 1))
    return {"risk": risk(m)}


NESTED = """
m = w0
for i in range(n):
    A = rows(T)
    for _ in range(k + 1):
        m = ridge(A@m + noise(A), lam/(i + 1))
"""


def gathered(n, T, lam):
    """All sets so far, and one more."""
    A = rows(T)
    data = [A @ w0]
    m = ridge(data, lam)
    for _ in range(n):
        B = rows(T)
        data = [*data, B @ m + noise(B)]
        m = ridge(data, lam)
    f = ridge([*data, A @ m], lam)
    return {"risk": risk(f), "last": risk(m)}


GATHERED = """
A = rows(T)
data = [A@w0]
m = ridge(data, lam)
for _ in range(n):
    B = rows(T)
    data = data + [B@m + noise(B)]
    m = ridge(data, lam)
f = ridge(data + [A@m], lam)
"""


def collected(n, T, lam):
    """Sets that the loop only makes, and a fit on them when it is over."""
    data = []
    for _ in range(n + 1):
        B = rows(T)
        data.append(B @ w0)
        data += [B @ w0 + noise(B)]
    return {"risk": risk(ridge(data, lam))}


COLLECTED = """
data = []
for _ in range(n + 1):
    B = rows(T)
    data = data + [B@w0, B@w0 + noise(B)]
m = ridge(data, lam)
"""


def averaged(n, eta, T):
    """The last two iterates of descent; at n = 0 the older one is the truth."""
    A = rows(T)
    older, m = w0, 0 * w0
    for _ in range(n):
        older = m
        m = m + eta * gradient(A @ w0 - A @ m)
    return {"risk": risk((m + older) / 2)}


AVERAGED = """
A = rows(T)
older = w0
m = 0*w0
for _ in range(n):
    older = m
    m = m + eta*gradient(A@w0 - A@m)
"""


def swapped(n, T, lam):
    """Each round fits on the models of the two rounds before."""
    a, b = w0, 2 * w0
    for _ in range(n):
        A = rows(T)
        a, b = b, ridge(A @ a - A @ b, lam)
    return {"a": risk(a), "b": risk(b)}


SWAPPED = """
a = w0
b = 2*w0
for _ in range(n):
    A = rows(T)
    c = ridge(A@a - A@b, lam)
    a = b
    b = c
"""


def kept(n, T, lam):
    """Models in a container go round like those that variables hold, and its rows are shared."""
    models = {"m": w0, "u": 2 * w0, "A": rows(T)}
    for _ in range(n):
        models["u"] = models["m"]
        models["m"] = ridge(models["A"] @ (models["m"] + models["u"]), lam)
    return {"risk": risk(models["m"])}


KEPT = """
m = w0
A = rows(T)
for _ in range(n):
    m = ridge(A@(m + m), lam)
"""

PAIRS = [
    (kept, KEPT, {"risk": "risk(m)"}, False),
    (plain, PLAIN, {"gcv": "mean_square(y - A@m)/(1 - df(m))^2", "risk": "risk(m) - 1/4"}, True),
    (distillation, DISTILLATION, {"mixed": "risk(u)", "pure": "risk(m)"}, True),
    (nested, NESTED, {"risk": "risk(m)"}, False),
    (gathered, GATHERED, {"risk": "risk(f)", "last": "risk(m)"}, False),
    (collected, COLLECTED, {"risk": "risk(m)"}, False),
    (averaged, AVERAGED, {"risk": "risk((m + older)/2)"}, False),
    (swapped, SWAPPED, {"a": "risk(a)", "b": "risk(b)"}, False),
]


@pytest.mark.parametrize(("function", "steps", "asks", "same"), PAIRS)
def test_a_function_and_its_text_are_one_process(function, steps, asks, same):
    """Their graphs are equal for any number of rounds, none and one included.

    Where every result has a name in both, the very records are equal.
    """
    listed = "\n".join(f'{name} = "{ask}"' for name, ask in asks.items())
    profiles = {"S2": "i"} if "'S2'" in steps else {}
    table = "[process.covariances]\n" + "".join(f'{n} = "{p}"\n' for n, p in profiles.items())
    text = f'[process]\nsteps = """{steps}"""\n{table}[ask]\n{listed}\n'
    written = read_process(text)
    traced = process(function, covariances=profiles)
    assert free_names(traced) == free_names(written)
    for n in (0, 1, 2, 5):
        values = {"n": Fraction(n), "k": Fraction(2)}
        assert normal_form(traced, values) == normal_form(written, values), n
    if same:
        assert (traced.steps, traced.asks) == (written.steps, written.asks)


def test_a_long_loop_is_traced_as_one():
    """A loop over a parameter is a loop of the record, which no count makes longer."""

    @process(title="a chain")
    def chain(n=10**12, T=30, d=20, spectrum="power-law:1"):
        m = w0
        for _ in range(n):
            A = rows(T)
            m = least_squares(A @ m + noise(A))
        return {"risk": risk(m)}

    assert chain.defaults == {"n": 10**12, "T": 30, "d": 20}
    assert (chain.spectrum, chain.title) == ("power-law:1", "a chain")
    assert len(normal_form(chain, chain.defaults).nodes) < 5


def test_truths_may_be_arguments():
    """An argument named like a truth is that truth, and no parameter."""

    @process(truths=("w0", "w1"), signals={"w1": "w0/i"})
    def two(w0, w1, T):
        return {"risk": norm2(gradient(rows(T) @ (w0 - w1)))}

    assert free_names(two) == {"T"}


def _compares(T):
    A = rows(T)
    return {"risk": risk(w0) if A > 0 else 0}


def _branches(T):
    return {"risk": risk(w0) if T else 0}


def _equals(n):
    return {"risk": risk(w0) if n == 3 else risk(2 * w0)}


def _differs_from(n):
    return {"risk": risk(w0) if n != 3 else risk(2 * w0)}


def _is_among(n):
    return {"risk": risk(w0) if n in (2, 3) else risk(2 * w0)}


def _holds(n):
    return {"risk": risk(w0) if 3 in n else risk(2 * w0)}


def _looks_up(n):
    return {"risk": {3: 1}.get(n, 2) * risk(w0)}


def _writes(n):
    return {"risk": risk(w0) if f"{n}" else risk(2 * w0)}


def _index_equals(n, T):
    m = w0
    for i in range(n):
        m = ridge(rows(T) @ m, 1 if i == 0 else 2)
    return {"risk": risk(m)}


def _model_equals(T):
    m = ridge(rows(T) @ w0, 1)
    return {"risk": risk(m) if m == w0 else risk(w0)}


def _returns_a_model(T):
    return w0


def _leaves_early(n):
    for _ in range(n):
        return {"risk": risk(w0)}
    return {}


def _changes(n, T):
    m = w0
    steps = 0
    for _ in range(n):
        steps = 2 * steps + 1
        m = ridge(rows(T) @ m, steps)
    return {"risk": risk(m)}


def _differs(n, T):
    m = w0
    seen = []
    for _ in range(n):
        seen.append(1)
        m = ridge(rows(T) @ m, 1) if len(seen) < 3 else m
    return {"risk": risk(m)}


def _keeps_an_old_one(n, T):
    kept = []
    m = w0
    for _ in range(n):
        m = ridge(rows(T) @ m, 1)
        kept.append(m)
    return {"risk": risk(kept[0])}


def _two_names(n, T):
    a, b = w0, 2 * w0
    for _ in range(n):
        a = b = ridge(rows(T) @ a, 1)
    return {"risk": risk(b)}


def _holds_what_was(n, T):
    a, b, c = w0, 2 * w0, ridge(rows(T) @ w0, 1)
    for _ in range(n):
        a, c = ridge(rows(T) @ a, 1), b
    return {"risk": risk(a), "c": inner(b, c)}


def _trades(n, T):
    a, b = w0, 2 * w0
    for _ in range(n):
        a, b = b, a
    return {"a": risk(ridge(rows(T) @ a, 1))}


def _sets_a_number(n, T):
    lam = 1
    m = w0
    for _ in range(n):
        m = ridge(rows(T) @ m, lam)
        lam = 2
    return {"risk": risk(ridge(rows(T) @ m, lam))}


def _prepends(n, T):
    data = [rows(T) @ w0]
    for _ in range(n):
        data = [rows(T) @ w0, *data]
    return {"risk": risk(ridge(data, 1))}


def _xor(T):
    return {"risk": risk(w0) ^ 2}


def _foreign(T):
    return {"risk": risk({1, 2})}


def _lag_of_three(n, T):
    a, b, c = w0, 2 * w0, 3 * w0
    for _ in range(n):
        a, b, c = b, c, ridge(rows(T) @ a, 1)
    return {"risk": risk(c)}


@pytest.mark.parametrize(
    ("function", "why"),
    [
        (_compares, "compared"),
        (_equals, "compared"),
        (_differs_from, "compared"),
        (_is_among, "compared"),
        (_holds, "compared"),
        (_looks_up, "compared"),
        (_writes, "compared"),
        (_index_equals, "compared"),
        (_model_equals, "compared"),
        (_branches, "branched on"),
        (_returns_a_model, "returns no asks"),
        (_leaves_early, "leaves a loop early"),
        (_changes, "changes from round to round"),
        (_differs, "the same in every round"),
        (_keeps_an_old_one, "of an earlier round"),
        (_two_names, "differ when there are no rounds"),
        (_holds_what_was, "differ when there are no rounds"),
        (_trades, "differ when there are no rounds"),
        (_sets_a_number, "no loop of 0 rounds"),
        (_prepends, "otherwise than by adding"),
        (_xor, "powers as \\*\\*"),
        (_foreign, "no value of a process"),
        (_lag_of_three, "changes from round to round"),
        (len, "cannot be traced"),
        (lambda *T: {}, "no parameter"),
        (lambda T: {"T": T}, "named like a parameter"),
        (lambda T: {}, "asks nothing"),
    ],
)
def test_what_is_no_process_is_refused_while_it_is_traced(function, why):
    """A loop whose rounds differ in an unknown way is refused, never guessed."""
    with pytest.raises(InputError, match=why):
        process(function)
