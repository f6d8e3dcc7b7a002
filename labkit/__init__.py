"""How a lab is operated and proven: checks, runner, identities, the CDK, teardown, reports, command line."""
