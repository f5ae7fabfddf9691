"""The rungs of the ladder: cheapest decisive evidence first, one module each."""
