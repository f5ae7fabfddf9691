"""Pictures: the graph of a process."""
