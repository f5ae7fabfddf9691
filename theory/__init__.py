"""What is claimed: symbols, settings, the calculus, and one module per theorem."""
