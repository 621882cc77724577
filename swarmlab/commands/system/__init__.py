"""Commands about the engine as a whole, and `docker inspect` of whatever has that name."""
