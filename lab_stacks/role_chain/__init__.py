"""The lab in which a role assumes another role."""
