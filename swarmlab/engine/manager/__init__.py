"""The leader's loops over the store, and what users may do to it."""
