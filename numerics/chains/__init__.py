"""The moments of the last generator of a chain, and the fate of long chains."""
