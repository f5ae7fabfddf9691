"""Spectra as levels with multiplicities: lists, power laws of any length, files."""
