"""The noncommutative calculus: words, rules, derivations, canonical forms."""
