"""The lab in which a vendor of another account reaches one role, with an external id."""
