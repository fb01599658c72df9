"""What the tests share: servers, programs, and the life that every kind goes through."""
