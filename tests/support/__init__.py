"""Contains what the tests share: servers, programs, and the lifecycle test of every kind."""
