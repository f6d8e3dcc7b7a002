"""The lab about GetSessionToken and GetFederationToken, and what their credentials may do."""
