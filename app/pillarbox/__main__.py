"""`python -m pillarbox`: the same as the `pillarbox` command."""

from pillarbox.cli import main

if __name__ == "__main__":
    main()
