"""Kernel ridge regression on a user's own rows: the count-aware equivalent, and chains of it."""
