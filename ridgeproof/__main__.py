"""``python -m ridgeproof``."""

from ridgeproof.interrupts import leave_at_once

__all__ = ["main"]

with leave_at_once():
    from ridgeproof.cli import main

if __name__ == "__main__":
    main()
