"""The lab in which session tags decide what a session may do."""
