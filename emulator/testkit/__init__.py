"""Fixtures and helpers that the tests of the emulator and of the provider share. Not part of the distribution."""
