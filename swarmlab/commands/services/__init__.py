"""`docker service …`: what it asks for, what it shows, and waiting until it has become so."""
