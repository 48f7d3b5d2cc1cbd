"""``python -m fakeprint``."""

from fakeprint.cli.main import main

main()
