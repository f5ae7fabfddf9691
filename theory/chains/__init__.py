"""Chains of generators: one step as an affine map, and what many steps do."""
