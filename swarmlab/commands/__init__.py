"""Every docker command once: its CLI spelling, its SDK call, and what it prints."""
