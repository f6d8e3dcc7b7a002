"""The lab in which the members of a group may assume a role that updates one bucket."""
