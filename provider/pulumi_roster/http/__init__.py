"""Sends requests to the services, with one client class for all systems."""
