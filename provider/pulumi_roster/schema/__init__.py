"""Defines the arguments and states of resources, and the rules of their fields."""
