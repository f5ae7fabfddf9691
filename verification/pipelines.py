"""processes: whole pipelines of linear fits, drawn with hypothesis.

A pipeline is drawn as the lines of its text, so that a failing one shrinks to few and plain lines:
few fits, fresh rows, labels of the truth with fresh noise, ridge.  Rows and noise are shared or
fresh, labels pooled, weighted and mixed, models combined, and loops run over what is there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from hypothesis import strategies as st

from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.record import Process

__all__ = ["processes"]

_PROFILES = {"S2": "1/5 + i/d", "M": "1 + (i - 1)/4", "half": "where(d/2 - i, 1, inf)"}
_VALUES = {"n": "2", "sigma": "1/2", "lam": "1/5"}
_PENALTIES = ("1/10", "1/2", "1/50", "lam")
_FACTORS = ("", "-", "1/2*", "2*")
_LABELS = 3  # at most, in one fit


def processes(*, fits: int = 6, loops: bool = True) -> st.SearchStrategy[Process]:
    """Processes of up to `fits` fits (a loop counts as one), with d, spectrum and parameters.

    Every fit has a positive penalty, or so many rows more or fewer than directions that all has a
    finite variance.

        from hypothesis import given

        @given(processes())
        def test_my_theorem(process): ...
    """
    return _processes(fits, loops)


@dataclass
class _Pipeline:
    """The lines so far, and the names that further lines may use."""

    draw: st.DrawFn
    d: int
    lines: list[str] = field(default_factory=list)
    rows: list[tuple[str, int]] = field(default_factory=list)  # with their sizes
    noises: dict[str, list[str]] = field(default_factory=dict)  # by rows
    models: list[str] = field(default_factory=lambda: ["w0"])
    plain: list[str] = field(default_factory=list)  # models that one fit returned
    labels: list[tuple[str, str]] = field(default_factory=list)  # with their rows
    count: int = 0

    # Every choice is drawn whether or not it matters, so that deleting a step from a failing
    # pipeline leaves the choices of the others what they were.

    def pick(self, *options: str) -> str:
        """One of the options, the first when shrunk."""
        return self.draw(st.sampled_from(options))

    def chance(self) -> bool:
        """Yes or no, no when shrunk."""
        return self.draw(st.booleans())

    def name(self, kind: str) -> str:
        """A fresh name."""
        self.count += 1
        return f"{kind}{self.count}"

    def some_rows(self) -> tuple[str, int]:
        """Rows that are there, or fresh ones."""
        if self.chance() and self.rows:
            return self.draw(st.sampled_from(self.rows))
        name = self.name("A")
        size = self.draw(st.sampled_from((3 * self.d, 2 * self.d, self.d, self.d // 2)))
        covariance = self.pick("", ", 'S2'", "", ", law='elliptical:0.5*0.5,1.5*0.5'")
        self.lines.append(f"{name} = rows({size}{covariance})")
        self.rows.append((name, size))
        return name, size

    def model(self) -> str:
        """A model, the latest when shrunk, or a combination of two."""
        one = self.pick(*reversed(self.models))
        if self.chance() and len(self.models) > 1:
            return f"({self.pick(*_FACTORS)}{one} + {self.pick(*self.models)})"
        return one

    def vector(self) -> tuple[str, str, int]:
        """The name of labels, of their rows, and how many there are."""
        rows, size = self.some_rows()
        text = f"{rows}@{self.model()}"
        if self.chance():
            known = self.noises.setdefault(rows, [])
            if self.chance() and known:
                noise = self.pick(*known)
            else:
                noise = self.name("e")
                self.lines.append(f"{noise} = noise({rows})")
                known.append(noise)
            text += f" + {self.pick('sigma', '1/3')}*{noise}"
        if self.chance() and self.labels:
            old, where = self.draw(st.sampled_from(self.labels))
            text += f" - {old}/4" if where == rows else ""
        name = self.name("y")
        self.lines.append(f"{name} = {text}")
        self.labels.append((name, rows))
        return name, rows, size

    def fit(self) -> None:
        """A fit, of labels or of a list of labels."""
        vectors = [self.vector()]
        while len(vectors) < _LABELS and self.chance():
            vectors.append(self.vector())
        single = len(vectors) == 1
        size = sum(size for _, _, size in vectors)
        listed = vectors[0][0] if single else f"[{', '.join(name for name, _, _ in vectors)}]"
        lam = self.pick(*_PENALTIES)
        options = [f"ridge({listed}, {lam})", f"gradient({listed})"]
        options += [f"ridge({listed}, {lam}, penalty='{self.pick('M', 'half')}')"]
        options += [f"gradient_flow({listed}, {self.pick('2', '1/2')})"]
        options += [f"gradient_descent({listed}, 1/5, {self.pick('1', '3')})"]
        options += [f"iterated_ridge({listed}, {lam}, {self.pick('2', '3')})"]
        if not single:
            options.append(f"ridge({listed}, {lam}, weights={[*range(1, len(vectors) + 1)]})")
        if single and size != self.d and size != 2 * self.d:
            options.append(f"least_squares({listed})")
        width = self.pick(str(self.d // 2), str(2 * self.d))
        options.append(f"ridge({listed}, {lam}, features=features({width}))")
        text = self.pick(*options)
        name = self.name("m")
        self.lines.append(f"{name} = {text}")
        self.models.append(name)
        if text.startswith("ridge"):
            self.plain.append(name)

    def loop(self) -> None:
        """A loop that trains a model on its own labels: on fresh rows, on shared ones, on all."""
        name, rounds = self.name("m"), self.pick("1", "n", "3")
        lam = self.pick(*_PENALTIES)
        size = self.pick(str(2 * self.d), str(self.d // 2))
        kind = self.pick("fresh", "shared", "gathered")
        self.lines.append(f"{name} = {self.model()}")
        fresh = [f"    B = rows({size})", f"    z = B@{name} + sigma*noise(B)"]
        if kind == "fresh":
            body = [*fresh, f"    {name} = ridge(z, {lam})"]
        elif kind == "gathered":
            self.lines.append(f"all_{name} = []")
            added = f"    all_{name} = all_{name} + [z]"
            body = [*fresh, added, f"    {name} = ridge(all_{name}, {lam})"]
        else:
            rows, _ = self.some_rows()
            body = [f"    {name} = ridge({rows}@{name} + sigma*noise({rows}), {lam})"]
        self.lines += [f"for _ in range({rounds}):", *body]
        self.models.append(name)

    def ask(self) -> str:
        """A quantity of the models and labels."""
        model = self.model()
        options = [f"risk({model})", f"norm2({model}, 'M')", f"inner({model} - w0, {model})"]
        if self.plain:
            options.append(f"df({self.pick(*self.plain)})")
        if self.labels:
            label, rows = self.draw(st.sampled_from(self.labels))
            options.append(f"mean_square({label} - {rows}@{model})")
        text = self.pick(*options)
        return f"{text} + 2*{self.pick(*options)}" if self.chance() else text


@st.composite
def _processes(draw: st.DrawFn, fits: int, loops: bool) -> Process:
    pipeline = _Pipeline(draw, draw(st.sampled_from((8, 10, 12))))
    # "One more?" before each step, so that a failing pipeline loses any step, not only its last.
    for step in range(fits):
        if step and not pipeline.chance():
            break
        if loops and pipeline.pick("fit", "fit", "loop") == "loop":
            pipeline.loop()
        else:
            pipeline.fit()
    asks = [pipeline.ask() for _ in range(draw(st.integers(1, 3)))]
    spectrum = pipeline.pick("isotropic", "power-law:1")
    decaying = pipeline.pick("flat", "source:1/2")
    signal = "flat" if spectrum == "isotropic" else decaying
    words = set(re.findall(r"\w+", " ".join((*pipeline.lines, *asks))))  # what is unused is refused
    lines = [
        "[process]",
        'steps = """',
        *pipeline.lines,
        '"""',
        "[process.covariances]",
        *(f'{n} = "{p}"' for n, p in _PROFILES.items() if n in words),
        "[process.parameters]",
        f"d = {pipeline.d}",
        f'spectrum = "{spectrum}"',
        f'signal = "{signal}"',
        *(f'{n} = "{v}"' for n, v in _VALUES.items() if n in words),
        "[ask]",
        *(f'q{j} = "{ask}"' for j, ask in enumerate(asks)),
    ]
    return read_process("\n".join(lines))
