"""Docker's Go types: what an engine reads, what it answers, and values of them.

Owns tables and the ways between JSON and the values that templates work on. Lies at the bottom, above `gotemplate`
alone, so every layer may use it: `requests` is what the engine's side reads, the rest what the learner's side shows.
"""

from swarmlab.gotypes.decoding import decode
from swarmlab.gotypes.encoding import encode

__all__ = ["decode", "encode"]
