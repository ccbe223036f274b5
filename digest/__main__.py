"""`python -m digest` is `digest`."""

from digest.cli import main

if __name__ == "__main__":  # not in the process that reads a large dump
    main()
