"""From a Python function to the record of its process: traced, folded into loops, tidied."""
