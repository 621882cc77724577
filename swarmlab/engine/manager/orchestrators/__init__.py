"""The orchestrators: they turn declared services into tasks, each for one mode of service."""
