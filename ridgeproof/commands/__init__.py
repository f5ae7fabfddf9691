"""One module per command; a new command is a new module here with a click ``command``."""
