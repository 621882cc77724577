"""Who may be named as a user inside a container: numbers, and the names in the images' passwd file. Owns no state.

Source: alpine 3.20, /etc/passwd; nginx, redis and httpd add their own.
Simplification: every image has the same users, and nobody is kept from anything.
"""

from __future__ import annotations

_NAMES = frozenset(
    "root bin daemon lp sync shutdown halt mail news uucp cron ftp sshd games ntp guest nobody "
    "www-data nginx redis".split()
)


def is_known_user(text: str) -> bool:
    """Whether `user`, `user:group` or a number names somebody; empty is the image's own."""
    name = text.partition(":")[0]
    return not name or name.isdecimal() or name in _NAMES
