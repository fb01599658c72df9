"""Sets the project up and runs its quick start. The packages do not contain this folder."""
