"""Swarm itself, as a pure step function over a store: no socket, no thread, no wall clock, no chance of its own.

Start reading at README.md (who owns which state), then model.py, transitions.py, store.py.
"""
