"""Who may be named as a user or a group inside a container: numbers, and names in the images' files. Owns no state.

Source: /etc/passwd and /etc/group of alpine 3.20 and Debian 12, and what the images of the catalogue add; words of
moby/sys user/user.go, GetExecUser.
Simplification: every image but those with nothing in them has the same users, and nobody is kept from anything.
"""

from __future__ import annotations

from swarmlab.engine.go_numbers import NotANumber, atoi

_OF_BOTH = frozenset(
    """root bin daemon sys adm lp mail news uucp man ftp sshd games ntp nobody sync www-data proxy backup list irc _apt
    nginx redis postgres mysql memcache curl_user""".split()
)
_USERS = _OF_BOTH | frozenset("shutdown halt operator cron guest squid xfs cyrus vpopmail smmsp".split())
_GROUPS = _OF_BOTH | frozenset(
    """tty disk mem kmem wheel floppy cron console audio cdrom dialout input at tape video netdev readproc squid xfs kvm
    shadow users abuild utmp ping nogroup fax voice sudo dip operator src sasl plugdev staff""".split()
)
_LAST_ID = 2**31 - 1


def user_refusal(text: str, base: str) -> str:
    """Why nobody can be `user`, `user:group` or a number in an image of that base; empty where somebody can."""
    name, _, group = text.partition(":")
    return _refusal(name, _USERS, base, "user", "passwd") or group_refusal(group, base)


def group_refusal(name: str, base: str) -> str:
    """Why nobody can be in a group."""
    return _refusal(name, _GROUPS, base, "group", "group")


def _refusal(name: str, known: frozenset[str], base: str, kind: str, file: str) -> str:
    try:
        return "" if 0 <= atoi(name) <= _LAST_ID else f"uids and gids must be in range 0-{_LAST_ID}"
    except NotANumber:
        pass  # Docker then looks for the name
    if not name or (name in known and base != "scratch"):
        return ""
    return f"unable to find {kind} {name}: no matching entries in {file} file"
