"""The lab about a role that wants MFA."""
