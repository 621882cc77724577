"""The Docker Engine API over the engine: a request goes in, an answer comes out. No socket, no thread, no wall clock.

`routes.answer(daemon, request)` is the door. One module a resource, named as the docker SDK names it.
"""
