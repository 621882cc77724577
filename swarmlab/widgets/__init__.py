"""What a learner sees move and what a learner presses, over the docker commands and what the Watcher sees.

timeline/               what happened when and why: lives of tasks, events, faults; back to any moment
"""
