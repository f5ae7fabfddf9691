"""Scaling laws of any process under a power law: leading orders, optimal exponents, regimes."""
