"""The lab about how long a session may last."""
