"""How a command is typed: its flags, arguments and the kinds of their values; from a line to a command and back."""
