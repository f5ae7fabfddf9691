"""Decisions about a mean at a stated level, and the record of what was decided."""
