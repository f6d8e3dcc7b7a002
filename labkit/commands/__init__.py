"""The command line: one file per command, and the group that finds them."""
