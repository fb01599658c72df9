"""Leads one object through its life, by rules that hold for every kind and know nothing of Pulumi."""
