"""The lab in which CloudTrail has recorded who asked for a role."""
