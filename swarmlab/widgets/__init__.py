"""What a learner sees move and what a learner presses, over the docker commands and what the Watcher sees.

board/                  the cluster as it is: hosts, tasks, what waits and why
timeline/               what happened when and why: lives of tasks, events, faults; back to any moment
work, screen, hints     runs a command beside the kernel's main thread, shows what it prints, says what to do next
card                    one command: as docker has it, as the docker SDK has it, and its result
panel, forms            what all panels share: an error boundary, buttons and fields over commands
turns                   fields that several threads set, one at a time
moment                  which moment board and time line show
element, closing        what is drawn by JavaScript of our own, and how it ends
keys                    what the keyboard needs that the mouse has
panels/                 cluster, services, inspect, logs, faults, ports
"""
