"""Conjectures: how they are stated, drawn from their domain, and decided rung by rung."""
