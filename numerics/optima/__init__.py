"""The best penalty: the error along kappa, its stationary points, the closed forms."""
