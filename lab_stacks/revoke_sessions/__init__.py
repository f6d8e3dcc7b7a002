"""The lab in which sessions that were given are revoked."""
