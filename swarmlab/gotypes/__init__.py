"""Docker's Go types: what an engine reads, what it answers, and values of them.

Owns tables and the ways between JSON and the values that templates work on. Lies at the bottom, above `gotemplate`
alone, so every layer may use it: by the same table the engine's side reads requests and the learner's side answers.
"""

from swarmlab.gotypes.decoding import decode
from swarmlab.gotypes.encoding import encode

__all__ = ["decode", "encode"]
