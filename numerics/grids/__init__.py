"""Whole grids of settings at once, in vectorised float64."""
