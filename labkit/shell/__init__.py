"""A shell as a user of a lab, with keys that never touch a file or the environment."""
