"""Takes a lab down: what was added by hand to its own principals, then the stack; and proves that it is gone."""
