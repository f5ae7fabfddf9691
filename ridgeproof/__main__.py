"""``python -m ridgeproof``."""

from ridgeproof.cli import main

if __name__ == "__main__":
    main()
