"""Says what a resource takes and holds, and how its fields behave."""
