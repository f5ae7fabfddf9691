"""What it evaluates to: spectra, fixed points, and evaluation at any precision."""
