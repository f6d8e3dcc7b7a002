"""The lab in which testuser, who may do nothing, switches to a role with full access to S3."""
