"""What a learner sees move and what a learner presses, over the docker commands and what the Watcher sees.

board/                  the cluster as it is: hosts, tasks, what waits and why
"""
