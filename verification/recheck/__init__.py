"""A second reader of certificates: it knows the theorem and the claim, and no prover."""
