"""HTTP to the outside: egress guard, clients, capped inflating, deadlines."""
