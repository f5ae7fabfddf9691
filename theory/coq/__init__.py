"""Derivations for the proof assistant Coq: what is assumed, and a proof of each other line."""
