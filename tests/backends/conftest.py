"""Labs of simulated engines for the tests of backends."""

from tests.labs import start_lab

__all__ = ["start_lab"]
