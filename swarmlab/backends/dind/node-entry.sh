#!/bin/sh
# What a lab runs in a node container. Works in the official docker:dind image (busybox) and in one made of Debian
# packages (dash, mawk). The folder of this file also holds `walls`, the packet filter rules that the lab wants,
# and `lost`, containers that are to be lost at the next start, one id a line.
#
#   node-entry.sh engine ARG ...   process 1: prepares the container, then becomes dockerd with these arguments
#   node-entry.sh walls            puts the file `walls` into force
#   node-entry.sh arrived LINE     packets that the counting rule with the comment LINE has seen
#   node-entry.sh send PROTOCOL ADDRESS PORT   sends one packet there, and does not wait for an answer
#   node-entry.sh reach ADDRESS PORT           fails unless something listens there (TCP)
set -eu
here="$(dirname "$0")"

# The flavour of iptables that is in use here already: the local Docker's rules for its name server tell.
legacy=/usr/local/sbin/.iptables-legacy   # where docker:dind keeps the old flavour
if [ -d "$legacy" ] && [ -n "$(cat /proc/net/ip_tables_names 2>/dev/null)" ]; then
    PATH="$legacy:$PATH"
fi

delete_stale_files() {
    # A killed dockerd leaves pid files, its containerd too; with them about every other restart
    # ends in "timeout waiting for containerd to start".
    find /run/ /var/run/ -name '*.pid' -exec rm -f {} + 2>/dev/null || :
    rm -f /run/docker/containerd/containerd.sock /run/docker/containerd/containerd.sock.ttrpc
}

lose_containers() {
    [ -s "$here/lost" ] || return 0
    while read -r id; do
        rm -rf "/var/lib/docker/containers/${id:?}"
    done <"$here/lost"
    rm "$here/lost"
}

make_writable() {
    # Without --privileged, /sys and /proc come read-only; an engine needs to write there.
    awk '$2 ~ "^/(sys|proc)(/|$)" && $4 ~ "(^|,)ro(,|$)" { print $2 }' /proc/mounts | while read -r target; do
        mount -o remount,bind,rw "$target" 2>/dev/null || :
    done
}

nest_control_groups() {
    # cgroup v2: a group that hands out controllers may hold no process itself. docker:dind does the same.
    [ -f /sys/fs/cgroup/cgroup.controllers ] || return 0
    mkdir -p /sys/fs/cgroup/init
    xargs -rn1 </sys/fs/cgroup/cgroup.procs >/sys/fs/cgroup/init/cgroup.procs 2>/dev/null || :
    sed -e 's/ / +/g' -e 's/^/+/' </sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control || :
}

forward_names() {
    # Task containers ask this node for names (dockerd --dns), and it hands the question to the name server that the
    # local Docker keeps at 127.0.0.11 for this container, which knows the lab's own docker.com. The server's port
    # differs from start to start; its socket is in this network namespace, so /proc tells the port.
    grep -q '^nameserver 127.0.0.11' /etc/resolv.conf || return 0
    echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet || :
    for protocol in udp tcp; do
        port="$(awk '$2 ~ "^0B00007F:" { print substr($2, 10); exit }' "/proc/net/$protocol")"
        [ -n "$port" ] || continue
        iptables -t nat -I PREROUTING ! -i eth0 -p "$protocol" --dport 53 -m addrtype --dst-type LOCAL \
            -j DNAT --to-destination "127.0.0.11:$((0x$port))"
    done
    # Without internet a name that the lab does not know should fail soon: Docker waits for it before a pull fails.
    echo 'options timeout:1 attempts:1' >>/etc/resolv.conf
}

raise_walls() {
    # --noflush: only the chains named in the file are emptied and filled again, in one step a table.
    [ ! -s "$here/walls" ] || iptables-restore --wait --noflush "$here/walls"
}

hook_walls() {
    iptables -t mangle -N SWARMLAB-GROUP
    iptables -t mangle -I PREROUTING -i eth0 -j SWARMLAB-GROUP
    iptables -t mangle -N SWARMLAB-OUT
    iptables -t mangle -I POSTROUTING -o eth0 -j SWARMLAB-OUT
    iptables -N SWARMLAB-FIREWALL
    iptables -I INPUT -i eth0 -j SWARMLAB-FIREWALL
    iptables -t nat -N SWARMLAB-PUBLIC
    iptables -t nat -I OUTPUT -j SWARMLAB-PUBLIC
    iptables -t nat -I PREROUTING ! -i eth0 -j SWARMLAB-PUBLIC
    raise_walls
}

become_engine() {
    delete_stale_files
    lose_containers
    make_writable
    hook_walls
    forward_names
    # The official image brings an entry script of its own, which sets up control groups and process 1.
    if command -v dockerd-entrypoint.sh >/dev/null; then
        exec dockerd-entrypoint.sh dockerd "$@"
    fi
    nest_control_groups
    exec docker-init -- dockerd "$@"
}

arrived() {
    # A line of iptables-save: [packets:bytes] -A SWARMLAB-FIREWALL ... --comment TEXT
    iptables-save --counters -t filter | sed -n -E "s/^\[([0-9]+):.*--comment \"?$1\"?( .*)?\$/\1/p"
}

send() {
    # Debian's bash opens network connections by itself; busybox has a program for each protocol that sends something.
    # What is dropped on the way makes them wait, which says nothing: the packet was sent at once.
    if command -v bash >/dev/null; then
        timeout 1 bash -c 'echo swarmlab >"/dev/$0/$1/$2"' "$1" "$2" "$3" || :
    elif [ "$1" = tcp ]; then
        timeout 1 nc -w 1 "$2" "$3" </dev/null || :
    else
        timeout 1 nslookup swarmlab "$2:$3" || :
    fi
} >/dev/null 2>&1

reach() {
    if command -v bash >/dev/null; then
        timeout 1 bash -c ': <"/dev/tcp/$0/$1"' "$1" "$2"
    else
        timeout 1 nc -w 1 "$1" "$2" </dev/null
    fi
} >/dev/null 2>&1

verb="$1"
shift
case "$verb" in
    engine) become_engine "$@" ;;
    walls) raise_walls ;;
    arrived) arrived "$1" ;;
    send) send "$@" ;;
    reach) reach "$@" ;;
esac
