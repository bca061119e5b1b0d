"""`python -m understudy_mockserver` is the `understudy` command."""

from understudy_mockserver.cli import main

main()
