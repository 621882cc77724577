"""What `python -m swarmlab doctor` finds out: whether this machine, and the learner's own hosts, can carry a lab.

Three steps, each in modules of its own. **Facts** are gathered: `engine_facts` over the Docker API, `inside` through a
shell on the host where there is one, and packets as the ports of a lab on own hosts are tried. **Checks** are pure
functions over facts (`engine`, `swarm`, `clock`, `ports`, `dns`, `disk`, `kernel`, `local`), and a `report` is made of
the checks.

Nothing is changed on a host: packets are sent to the four ports, files below /proc are read. Only where `lab.toml` says
`allow_changes = true`, and where an image is there already, a container looks from inside, and is removed at the end.
"""
