"""Settings: validated once, exactly; one table of bad input; where the expectation is infinite."""

from __future__ import annotations

import json
import shlex
from decimal import Decimal
from fractions import Fraction
from functools import partial

import pytest

from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.theory.errors import InfiniteExpectation, InputError
from ridgeproof.theory.settings.features import Student
from ridgeproof.theory.settings.folds import require_finite
from ridgeproof.theory.settings.generations import Generation, Weighted
from ridgeproof.theory.settings.selection import best, generator_of
from ridgeproof.theory.settings.setting import INFINITE, Setting, make_setting
from ridgeproof.theory.settings.spectra import Levels, PowerLaw, SignalFile, SpectrumFile
from ridgeproof.verification.simulation.simulate import simulate

GOOD = {"d": 10, "T": 20, "T0": 30, "n": 2, "sigma": 1, "sigma0": 1}

BAD = [
    ({"n": -1}, "n", "at least 0"),
    ({"n": "1.5"}, "n", "whole number"),
    ({"n": "x"}, "n", "not a finite number"),
    ({"n": True}, "n", "not a number"),
    ({"d": 0}, "d", "at least 1"),
    ({"d": -3}, "d", "at least 1"),
    ({"d": 2.5}, "d", "whole number"),
    ({"d": 10**13}, "d", "at most"),
    ({"d": "inf"}, "d", "does not go with the spectrum"),
    ({"d": "inf", "spectrum": "power-law:1"}, "d", "infinite trace"),
    ({"d": "inf", "spectrum": "power-law:2"}, "signal", "does not exist at d = inf"),
    ({"d": "inf", "spectrum": "power-law:2", "signal": "file:w.npy"}, "signal", "does not reach"),
    ({"T": 0}, "T", "at least 1"),
    ({"T": "nan"}, "T", "not a finite number"),
    ({"T": float("inf")}, "T", "not finite"),
    ({"T0": 0}, "T0", "at least 1"),
    ({"T0": None}, "T0", "needs its sample size"),
    ({"sigma": -1}, "sigma", "at least 0"),
    ({"sigma": "-1e-400"}, "sigma", "at least 0"),
    ({"sigma": float("nan")}, "sigma", "not finite"),
    ({"sigma": "inf"}, "sigma", "not a finite number"),
    ({"sigma0": -0.5}, "sigma0", "at least 0"),
    ({"lam": "-0.1"}, "lam", "at least 0"),
    ({"lam": "NaN"}, "lam", "not a finite number"),
    ({"lam0": -1}, "lam0", "at least 0"),
    ({"lam": "1/0"}, "lam", "divides by zero"),
    ({"design": "both"}, "design", "not a design"),
    ({"spectrum": "power-law:-1"}, "spectrum power-law:BETA", "greater than 0"),
    ({"spectrum": "wishart"}, "spectrum", "not a spectrum"),
    ({"signal": "source:1"}, "signal", "needs a power-law spectrum"),
    ({"signal": "loud"}, "signal", "not a signal"),
    ({"spectrum": "spiked:5*10,1"}, "spectrum", "10 spikes for d = 10"),
    ({"spectrum": "levels:2*4,1*5"}, "spectrum", "9 eigenvalues for d = 10"),
    ({"signal": "energies:1,2"}, "signal", "one energy for each level"),
    ({"spectrum": "power-law:2", "signal": "energies:1"}, "signal", "one energy for each level"),
    ({"spectrum": "levels:2*4,1*6", "signal": "energies:1"}, "signal", "one energy for each level"),
    ({"copies": 3}, "copies", "must divide d = 10"),
    ({"copies": 0}, "copies", "at least 1"),
    ({"colour": "red"}, "setting", "not a field"),
]


@pytest.mark.parametrize(("change", "name", "condition"), BAD)
def test_bad_input_names_itself(change, name, condition):
    """The message has the field, the value, the violated condition and a remedy."""
    with pytest.raises(InputError, match=condition) as caught:
        make_setting(**{**GOOD, **change})
    assert caught.value.name == name
    assert caught.value.remedy
    assert str(caught.value).startswith((f"{name} = ", f"{name} is missing: "))


@pytest.mark.parametrize("missing", ["d", "T"])
def test_sizes_are_needed(missing):
    """There is no default dimension or sample size."""
    with pytest.raises(InputError, match=f"^{missing} is missing"):
        make_setting(**{k: v for k, v in GOOD.items() if k != missing})


def test_numbers_are_exact():
    """Floats mean their decimals; fractions and text stay what they are."""
    setting = make_setting(d="10", T=20.0, sigma=0.1, lam="1/3", sigma0="1e-3")
    assert (setting.d, setting.T) == (10, 20)
    assert setting.sigma == Fraction(1, 10)
    assert setting.lam == Fraction(1, 3)
    assert setting.sigma0 == Fraction(1, 1000)


def test_clean_data_need_no_chain():
    """n = 0 asks neither for T0 nor for sigma0."""
    assert make_setting(d=3, T=9).T0 is None


def test_none_is_left_out_by_make_setting_alone():
    """Elsewhere it is a value, which few fields have."""
    assert make_setting(d=3, T=9, lam=None, width=None) == Setting(d=3, T=9, width=None)
    assert make_setting(d=3, T=9, width=5).with_(width=None).width is None
    for build in (make_setting(d=3, T=9, lam=1).with_, partial(Setting, d=3, T=9)):
        with pytest.raises(InputError, match="lam = None: is not a finite number"):
            build(lam=None)


def test_growing_keeps_ratios_and_counts_copies():
    """d, T, T0 times k, every level k times."""
    grown = make_setting(**GOOD, spectrum="power-law:2").grown(3).grown(2)
    assert (grown.d, grown.T, grown.T0, grown.copies, grown.distinct) == (60, 120, 180, 6, 10)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"lam0": "0.1", "design": "shared"},
        {"spectrum": "power-law:3/2", "signal": "source:2/5", "lam": "1/3"},
        {"spectrum": "levels:2*2,1*3", "signal": "energies:1/4,3/4", "copies": 2},
        {"n": 0, "sigma0": 0, "T0": None},
    ],
)
def test_canonical_form_and_command_line_give_the_setting_back(change):
    """The JSON values and the printed options rebuild an equal setting."""
    setting = make_setting(**{**GOOD, **change})
    plain = json.loads(json.dumps(setting.canonical()))
    assert make_setting(**plain) == setting
    words = shlex.split(setting.command_line())
    options = {w.removeprefix("--"): v for w, v in zip(words[::2], words[1::2], strict=True)}
    assert make_setting(**options) == setting


CHAINS = [
    {"design": design, "chain": chain}
    for design in ("independent", "shared")
    for chain in ("replace", "accumulate", "weighted:1/3")
]


@pytest.mark.parametrize("downstream", [{}, {"lam": 0}, {"synthetic_fraction": "1/2"}, {"T": 6}])
def test_equal_processes_are_equal_settings(downstream):
    """Without generators their design and the kind of chain are nothing: equal, with equal answers.

    With generators they are not; and what the formula of a claim may name tells settings apart.
    """
    table = {**GOOD, "lam": "1/10", "sigma_real": 2, **downstream}
    clean = [make_setting(**{**table, "n": 0, **chain}) for chain in CHAINS]
    assert len(set(clean)) == len({json.dumps(each.canonical()) for each in clean}) == 1
    values = []
    for each in clean:
        best.cache_clear()  # what is remembered of an equal setting is no answer
        found = evaluate(each)
        values.append((found.value, found.terms, found.formulas, found.regime))
    assert all(value == values[0] for value in values)
    drawn = [simulate(each, repetitions=4).mean for each in clean]
    assert len(set(drawn)) == 1
    assert len({make_setting(**{**table, "n": 2, **chain}) for chain in CHAINS}) == len(CHAINS)
    assert clean[0] != clean[0].with_(T0=31)
    assert clean[0].clean() == clean[0].with_(T0=31).clean()
    assert clean[1].stated()["chain"] == "accumulate"


INFINITE_SETTINGS = [
    {"T0": T0, "lam": lam, "design": design}
    for T0 in (9, 10, 11)
    for lam in (0, "0.5")
    for design in ("independent", "shared")
] + [{"T": T, "n": n} for T in (9, 10, 11) for n in (0, 2)]


@pytest.mark.parametrize("change", INFINITE_SETTINGS)
def test_infinite_expectations_are_refused(change):
    """Within one of d, noisy labels and no ridge have no finite expected error."""
    with pytest.raises(InfiniteExpectation, match="infinite expected error") as caught:
        require_finite(make_setting(**{**GOOD, **change}))
    assert caught.value.name in {"T", "T0"}
    assert "take" in caught.value.remedy


@pytest.mark.parametrize(
    "change",
    [
        {"T0": 8},
        {"T0": 12},
        {"T": 8},
        {"T": 12},
        {"T0": 10, "lam0": "1e-9"},
        {"T0": 10, "sigma0": 0},
        {"T0": 10, "n": 0},
        {"T": 10, "lam": "1e-9"},
        {"T": 10, "sigma": 0},
        {"T": 1, "lam": 1, "T0": 1},
    ],
)
def test_everything_else_is_finite(change):
    """Ridge, or no noise, or two rows of distance, make every expectation finite."""
    require_finite(make_setting(**{**GOOD, **change}))


def test_infinite_dimension():
    """d = inf is the limit of a power law with a source, and of nothing else."""
    setting = make_setting(d="inf", T=5, spectrum="power-law:2", signal="source:1", sigma=1)
    assert setting.d == INFINITE
    assert setting.is_infinite
    require_finite(setting)


def test_settings_are_frozen_and_comparable():
    """A setting is a value."""
    assert make_setting(**GOOD) == make_setting(**GOOD)
    with pytest.raises(AttributeError):
        make_setting(**GOOD).d = 3
    assert isinstance(make_setting(**GOOD).with_(n=3), Setting)
    with pytest.raises(InputError):
        make_setting(**GOOD).with_(n=-1)


HUGE = 10**12


@pytest.mark.parametrize("chain", ["replace", "accumulate", "weighted:1/2"])
@pytest.mark.parametrize("design", ["independent", "shared"])
def test_chains_of_any_length_are_looked_at_at_once(chain, design):
    """Like generations once, gathered sets until they are large: nothing takes n steps."""
    setting = make_setting(**GOOD | {"n": HUGE, "chain": chain, "design": design})
    assert setting.distinct_generations == (Generation(30, Fraction(1), Fraction(0)),)
    weight = Fraction(1, 2) if chain == "weighted:1/2" else 0
    seen = [(stage, share, rows) for stage, share, rows in setting.distinct_stages(70)]
    rows = [30, 60, 90] if (chain, design) == ("accumulate", "independent") else [30]
    assert seen == [(setting.distinct_generations[0], weight, each) for each in rows]
    require_finite(setting)
    assert generator_of(setting)


def test_stages_follow_schedule_weights_and_rows():
    """One for each generation, in turn, with all the rows so far where sets are gathered."""
    table = {"d": 10, "T": 20, "n": 3, "T0": "20,30,40", "sigma0": "1,2,1"}
    gathered = make_setting(**table, chain="accumulate")
    assert [(each.T0, each.sigma0, rows) for each, _, rows in gathered.stages()] == [
        (20, 1, 20), (30, 2, 50), (40, 1, 90),
    ]  # fmt: skip
    assert list(gathered.distinct_stages(0)) == list(gathered.stages())
    weighted = make_setting(**GOOD | {"chain": "weighted:1,1/3"})
    assert [weight for _, weight, _ in weighted.stages()] == [1, Fraction(1, 3)]
    assert list(weighted.distinct_stages(0)) == list(weighted.stages())
    assert [weight for _, weight, _ in make_setting(**GOOD).stages()] == [0, 0]


MAKERS = {
    "make_setting": make_setting,
    "constructor": Setting,
    "with_": lambda **given: Setting(d=10, T=20).with_(**given),
}
made_by = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


class Float(float):
    """A float that prints itself as NumPy's do."""

    def __repr__(self):
        """Not a number's text."""
        return f"np.float64({float(self)!r})"


@made_by
def test_every_way_to_a_setting_converts_alike(make):
    """Numbers of any type and text are exact in a setting, and equal settings hash alike."""
    # Imported here: theory itself knows no NumPy.
    import numpy as np

    exact = make_setting(
        d=10, T=20, T0=30, n=2, sigma="1/10", sigma0="1/4", lam="1/100", lam0="1/100",
        spectrum="power-law:3/2", signal="source:2/5", synthetic_fraction="1/2", sigma_real="1/5",
        chain="weighted:1/2", features="student:5",
    )  # fmt: skip
    given = make(
        d=np.int64(10), T="20", T0=30.0, n=np.uint8(2), sigma=0.1, sigma0=Decimal("0.25"),
        lam=np.float64(0.01), lam0=Float(0.01), spectrum=PowerLaw(1.5), signal="source:0.4",
        synthetic_fraction=np.float32(0.5), sigma_real=Fraction(1, 5), chain=Weighted([0.5]),
        features=Student(5),
    )  # fmt: skip
    assert given == exact
    assert hash(given) == hash(exact)
    assert str(given) == str(exact)
    for name, value in vars(given).items():
        assert type(value) is type(getattr(exact, name)), name
    assert make(d=10, T=20, n=2, T0=[30, "40"]) == make_setting(d=10, T=20, n=2, T0="30,40")
    files = {"d": 3, "T": 20, "signal": SignalFile("w.npy")}
    assert make(**files, spectrum=SpectrumFile("s.npy")) == make_setting(
        d=3, T=20, signal="file:w.npy", spectrum="file:s.npy"
    )
    levels = {"d": 3, "T": 20, "signal": "energies:1,1/2"}
    assert make(**levels, spectrum=Levels(np.array([[1, 2], [0.1, 1]]))) == make_setting(
        **levels, spectrum="levels:1*2,0.1*1"
    )


@made_by
@pytest.mark.parametrize(
    ("change", "name", "condition"),
    [
        ({"lam": [0.1]}, "lam", "not a finite number"),
        ({"lam": True}, "lam", "not a number"),
        ({"sigma": 1j}, "sigma", "not a finite number"),
        ({"d": [3, 4]}, "d", "not a finite number"),
        ({"spectrum": [1.0, 0.5]}, "spectrum", "is not a spectrum"),
        ({"signal": (1, 2)}, "signal", "is not a signal"),
        ({"chain": 0.5}, "chain", "is not a chain"),
        ({"features": PowerLaw(1)}, "features", "is not a law"),
        ({"design": ["shared"]}, "design", "is not a design"),
        ({"schedule": [3]}, "schedule", "no list of generations"),
        ({"n": 2, "T0": [9]}, "T0", "has 1 number for n = 2"),
        ({"n": 1, "schedule": [Generation(9, 0, 0)], "T0": [9]}, "schedule", "neither T0"),
        ({"synthetic_fraction": 2}, "synthetic_fraction", "at most 1"),
    ],
)
def test_every_way_to_a_setting_refuses_alike(make, change, name, condition):
    """What is no number, no specification and no schedule is bad input at once."""
    with pytest.raises(InputError, match=condition) as caught:
        make(**{"d": 10, "T": 20, **change})
    assert caught.value.name == name
