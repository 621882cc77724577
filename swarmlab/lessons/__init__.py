"""What makes a lesson answer back: predictions, exercises that look at the live cluster, quizzes, progress.

Owns what is asked of a learner and how it is judged. A check looks through the docker SDK and at the lab's ports, never
at what the learner typed. Nothing below imports this package.
"""
