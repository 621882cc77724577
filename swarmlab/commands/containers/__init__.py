"""`docker run`, `ps`, `logs` and their like: the containers of one engine."""
