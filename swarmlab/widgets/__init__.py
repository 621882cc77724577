"""What a learner presses: panels over the docker commands, and the cards that show what was done.

work, screen, hints     runs a command beside the kernel's main thread, shows what it prints, says what to do next
card                    one command: as docker has it, as the docker SDK has it, and its result
panel, forms            what all panels share: an error boundary, buttons and fields over commands
panels/                 cluster, services, inspect, logs, faults, ports
timeline/               what happened when and why: lives of tasks, events, faults; back to any moment
"""
