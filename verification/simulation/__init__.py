"""The process simulated: literally, with its noise integrated out, or exactly in law."""
