"""The programs that serve: what each image's own program logs, answers, and does when it is told to stop."""
