"""The arithmetics that a formula is evaluated in: float64, any number of digits, proved balls."""
