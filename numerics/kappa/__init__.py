"""The effective penalty kappa: the fixed point, its certificate, its relatives."""
