"""`docker stack …`: services deployed together from a compose file."""
