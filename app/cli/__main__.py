"""`python -m app.cli` is `luopan`."""

from app.cli import main

main()
