"""What people and jobs do: one action is one transaction. Actions do not call actions; what they share are steps."""
