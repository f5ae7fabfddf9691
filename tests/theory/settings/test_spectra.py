"""Specifications of spectra and signals: what is read, printed again, and refused."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.spectra import (
    AR1,
    Energies,
    Flat,
    Isotropic,
    Levels,
    PowerLaw,
    SignalFile,
    Source,
    SpectrumFile,
    Spiked,
    parse_signal,
    parse_spectrum,
)

HALF = Fraction(1, 2)
SPECTRA = {
    "isotropic": Isotropic(),
    "power-law:3/2": PowerLaw(Fraction(3, 2)),
    "ar1:-1/2": AR1(-HALF),
    "spiked:10*2,3*1,1/2": Spiked(((Fraction(10), 2), (Fraction(3), 1)), HALF),
    "levels:2*3,1/2*4": Levels(((Fraction(2), 3), (HALF, 4))),
    "file:a/b.npy": SpectrumFile(Path("a/b.npy")),
}
SIGNALS = {
    "flat": Flat(),
    "source:2/5": Source(Fraction(2, 5)),
    "energies:1/2,1/2": Energies((HALF, HALF)),
    "file:w0.csv": SignalFile(Path("w0.csv")),
}


@pytest.mark.parametrize("text", SPECTRA)
def test_spectra_are_read_and_printed_alike(text):
    """Text to specification and back, exactly."""
    assert parse_spectrum(text) == SPECTRA[text]
    assert str(SPECTRA[text]) == text


@pytest.mark.parametrize("text", SIGNALS)
def test_signals_are_read_and_printed_alike(text):
    """Text to specification and back, exactly."""
    assert parse_signal(text) == SIGNALS[text]
    assert str(SIGNALS[text]) == text


def test_decimals_are_exact():
    """power-law:1.1 is 11/10."""
    assert parse_spectrum("power-law:1.1") == PowerLaw(Fraction(11, 10))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("", "not a spectrum"),
        ("Isotropic", "not a spectrum"),
        ("isotropic:2", "not a spectrum"),
        ("power-law", "not a spectrum"),
        ("power-law:", "not a spectrum"),
        ("powerlaw:2", "not a spectrum"),
        ("power-law:0", "greater than 0"),
        ("power-law:-1", "greater than 0"),
        ("power-law:two", "not a finite number"),
        ("power-law:nan", "not a finite number"),
        ("ar1:1", "less than 1"),
        ("ar1:-1", "greater than -1"),
        ("ar1:x", "not a finite number"),
        ("spiked:10*2", "not a finite number"),
        ("spiked:10*0,1", "at least 1"),
        ("spiked:10*2.5,1", r"not VALUE\*COUNT"),
        ("spiked:-10*2,1", "greater than 0"),
        ("spiked:10*2,0", "greater than 0"),
        ("spiked:10,1", r"not VALUE\*COUNT"),
        ("levels:2*3,,1*4", r"not VALUE\*COUNT"),
        ("levels:0*3", "greater than 0"),
        ("levels:1*-3", r"not VALUE\*COUNT"),
        ("file:", "not a spectrum"),
        ("lambda: 0", "not a spectrum"),
    ],
)
def test_bad_spectra_are_refused(text, condition):
    """Each message carries the option, the text and the remedy."""
    with pytest.raises(InputError, match=condition) as caught:
        parse_spectrum(text)
    assert "spectrum" in caught.value.name or "levels" in caught.value.name
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("", "not a signal"),
        ("flat:1", "not a signal"),
        ("source", "not a signal"),
        ("source:0", "greater than 0"),
        ("source:-1", "greater than 0"),
        ("source:1e999999999", "too large an exponent"),
        ("energies:1,-1", "at least 0"),
        ("energies:1,", "not a finite number"),
        ("file:", "not a signal"),
        ("w0.npy", "not a signal"),
    ],
)
def test_bad_signals_are_refused(text, condition):
    """Each message carries the option, the text and the remedy."""
    with pytest.raises(InputError, match=condition) as caught:
        parse_signal(text)
    assert caught.value.remedy
