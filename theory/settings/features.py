"""The law of the features: x = Sigma^(1/2) z, with E z z' = I, in the eigenbasis of Sigma.

    gaussian          z standard normal (the source, and every theorem without another condition)
    rademacher        iid entries +-1                        excess kurtosis kappa4 = -2
    uniform           iid entries, uniform                   kappa4 = -6/5
    student:DF        iid entries, Student t, DF > 2         kappa4 = 6/(DF-4), infinite to DF = 4
    elliptical:...    z = sqrt(tau) g, g standard normal, one tau for each row; tau takes the value
                      VALUE with probability P: VALUE*P,VALUE*P,..., E tau = 1

Each is scaled to unit variance.  Every law here is unchanged when the sign of a coordinate flips.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ridgeproof.theory.checks import check_real, parse_rational, settle
from ridgeproof.theory.errors import InputError

__all__ = [
    "Elliptical",
    "FeatureLaw",
    "Gaussian",
    "Rademacher",
    "Student",
    "Uniform",
    "excess_kurtosis",
    "parse_features",
]


@dataclass(frozen=True)
class Gaussian:
    """Standard normal entries."""

    def __str__(self) -> str:
        return "gaussian"


@dataclass(frozen=True)
class Rademacher:
    """Entries +1 and -1 with equal probability."""

    def __str__(self) -> str:
        return "rademacher"


@dataclass(frozen=True)
class Uniform:
    """Entries uniform on [-sqrt 3, sqrt 3]."""

    def __str__(self) -> str:
        return "uniform"


@dataclass(frozen=True)
class Student:
    """Student t entries with DF > 2 degrees of freedom, scaled to unit variance."""

    degrees: Fraction

    def __post_init__(self) -> None:
        settle(self, degrees=check_real("features student:DF", self.degrees, above=2))

    def __str__(self) -> str:
        return f"student:{self.degrees}"


@dataclass(frozen=True)
class Elliptical:
    """Rows sqrt(tau) g: (value, probability) pairs of tau, with mean 1."""

    atoms: tuple[tuple[Fraction, Fraction], ...]

    def __post_init__(self) -> None:
        name = "features elliptical:VALUE*P,..."
        atoms = tuple(
            (check_real(f"{name} VALUE", value, above=0), check_real(f"{name} P", p, above=0))
            for value, p in self.atoms
        )
        settle(self, atoms=atoms)
        total = sum(probability for _, probability in self.atoms)
        mean = sum(value * probability for value, probability in self.atoms)
        if total != 1:
            raise InputError(name, self, f"has probabilities that sum to {total}", "make it 1")
        if mean != 1:
            raise InputError(name, self, f"has mean E tau = {mean}", "scale the values to mean 1")

    def __str__(self) -> str:
        return "elliptical:" + ",".join(f"{value}*{p}" for value, p in self.atoms)


FeatureLaw = Gaussian | Rademacher | Uniform | Student | Elliptical


def excess_kurtosis(law: FeatureLaw) -> Fraction | None:
    """kappa4 = E z^4 - 3 of iid entries; None where it is infinite, or rows are not iid entries.

    >>> excess_kurtosis(Student(Fraction(5)))
    Fraction(6, 1)
    """
    match law:
        case Gaussian():
            return Fraction(0)
        case Rademacher():
            return Fraction(-2)
        case Uniform():
            return Fraction(-6, 5)
        case Student(degrees) if degrees > 4:
            return 6 / (degrees - 4)
    return None


def parse_features(text: str, name: str = "features") -> FeatureLaw:
    """Read the law of the features, such as ``student:5`` or ``elliptical:1/2*1/2,3/2*1/2``.

    >>> parse_features("student:5")
    Student(degrees=Fraction(5, 1))
    """
    head, _, rest = text.strip().partition(":")
    match head:
        case "gaussian" if not rest:
            return Gaussian()
        case "rademacher" if not rest:
            return Rademacher()
        case "uniform" if not rest:
            return Uniform()
        case "student" if rest:
            return Student(parse_rational(name, rest))
        case "elliptical" if rest:
            return Elliptical(tuple(_atom(name, part) for part in rest.split(",")))
    raise InputError(
        name,
        text,
        "is not a law of features",
        "write gaussian, rademacher, uniform, student:DF or elliptical:VALUE*P,VALUE*P,...",
    )


def _atom(name: str, text: str) -> tuple[Fraction, Fraction]:
    value, star, probability = text.partition("*")
    if not star:
        raise InputError(name, text, "is not VALUE*P", "give each value of tau as, say, 1/2*1/2")
    return parse_rational(name, value), parse_rational(name, probability)
