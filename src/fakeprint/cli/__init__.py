"""The command line: one thin module per command group.  Heavy imports wait until a command runs."""
