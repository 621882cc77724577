"""The exercises of each lesson, a module a lesson; each module lists its own in `EXERCISES`."""
