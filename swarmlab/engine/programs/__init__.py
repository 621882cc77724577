"""What runs inside a container: processes, and the programs that they are."""
