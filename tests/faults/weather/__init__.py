"""Verifications of the James lab while AWS has a bad day, and while what was deployed still spreads."""
