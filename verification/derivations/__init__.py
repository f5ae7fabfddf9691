"""Checks of derivations, line by line, by routes that know nothing of their rules."""
