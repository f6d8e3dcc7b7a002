"""The lab in which users of another account reach a role, if both accounts allow it."""
