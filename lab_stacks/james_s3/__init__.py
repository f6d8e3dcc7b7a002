"""The lab in which James, who may look at everything but S3, assumes a role to read S3."""
