"""The lab in which assume-role-user, who may only assume roles, operates EC2 through one."""
