"""What sets the project up and runs its quick start; nothing of this is in the package."""
