"""The lab about a role that only a service may assume."""
