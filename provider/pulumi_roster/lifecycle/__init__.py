"""Creates, reads, updates and deletes objects, by rules that are the same for every kind. It does not import Pulumi."""
