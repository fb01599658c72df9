"""Sends requests to the services: one client for all systems."""
