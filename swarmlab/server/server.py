"""A simulation served over sockets, one a node, by one thread with one event loop.

Owns the thread, the doors and the exchanges under way. From any other thread the simulation is reached only through
`call` and `advance`, which run on the loop. An exception of the engine is answered with 500 and kept: `close`
raises it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, TypeVar

from swarmlab.api.messages import Answer, Response, json_response
from swarmlab.api.routes import answer, common_headers
from swarmlab.engine.daemon import VERSION
from swarmlab.engine.pending import Pending
from swarmlab.engine.simulation import Simulation
from swarmlab.server.connection import Connection
from swarmlab.server.door import Door
from swarmlab.server.exchange import ONLY_LOOKS, Exchange, request_of
from swarmlab.server.garbage import LARGE, collect_seldom
from swarmlab.server.incoming import Incoming
from swarmlab.server.places import Place
from swarmlab.server.runner import Runner

T = TypeVar("T")


class SimulationFailed(ExceptionGroup[Exception]):
    """The simulated engine, not what was asked of it, went wrong: a bug of this package."""


class EngineServer:
    """Serves a simulation until `close`.

    Args:
        simulation: the engines; `replace` puts another in its place.
        places: where each node listens.
        rate: engine seconds a wall second; None is manual time.

    Raises:
        OSError: a socket cannot be made there.
    """

    def __init__(self, simulation: Simulation, places: Mapping[str, Place], *, rate: float | None) -> None:
        if len(simulation.daemons) >= LARGE:
            collect_seldom()
        self._simulation = simulation
        self._rate = rate
        self._places = places
        self._exchanges: list[Exchange] = []
        self._errors: list[Exception] = []
        self._doors: dict[str, Door] = {}
        self._polling = False
        self._loop = asyncio.SelectorEventLoop()  # the one kind that Windows, too, lets await clients
        self._thread = threading.Thread(target=self._run, name="swarmlab-engines", daemon=True)
        self._closed = False
        self._thread.start()
        try:
            self._wait(self._open())
        except BaseException:
            self.close()
            raise

    # --- from other threads ---

    def call(self, function: Callable[[Simulation], T]) -> T:
        """Run `function` on the simulation, then let the simulation do what that made due.

        Raises:
            SimulationFailed: the simulation went wrong.
        """
        return self._wait(self._call(function))

    def advance(self, seconds: float) -> None:
        """In manual time: let `seconds` pass. All output due by then is written when this returns.

        Raises:
            SimulationFailed: the simulation went wrong.
        """
        self._wait(self._advance(seconds))

    def on_time(self, act: Callable[[Runner], T]) -> T:
        """Ask something of, or do something to, whoever moves time.

        Raises:
            SimulationFailed: the simulation went wrong.
        """
        return self._wait(self._on_time(act))

    def replace(self, build: Callable[[], Simulation]) -> None:
        """Put a new simulation in the place of the present one; who still waits for an answer is cut off."""
        self._wait(self._replace(build))

    def close(self) -> None:
        """End every connection, take the sockets away, end the thread. Idempotent.

        Raises:
            SimulationFailed: the simulation went wrong at some time and nobody has been told yet.
        """
        if self._closed:
            return
        self._closed = True
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._raise_errors()

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        if self._closed:
            work.close()
            raise RuntimeError("this lab has ended")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(self._escaped)
        self._loop.run_forever()
        self._loop.close()

    # --- on the loop ---

    def _escaped(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An exception that nobody caught is kept like any other."""
        error = context.get("exception")
        if isinstance(error, Exception) and not isinstance(error, ConnectionError):
            self._keep(error)

    async def _open(self) -> None:
        self._runner = self._new_runner(self._rate)
        self._doors = {name: Door(place, partial(self._handle, name)) for name, place in self._places.items()}
        self._runner.settle()

    def _new_runner(self, rate: float | None) -> Runner:
        return Runner(
            self._simulation,
            rate=rate,
            after_step=self._after_step,
            blocked=self._is_blocked,
            failed=self._keep,
        )

    async def _call(self, function: Callable[[Simulation], T]) -> T:
        self._runner.catch_up()
        result = function(self._simulation)
        self._runner.settle()
        self._raise_errors()
        return result

    async def _on_time(self, act: Callable[[Runner], T]) -> T:
        self._runner.catch_up()
        result = act(self._runner)
        self._raise_errors()
        return result

    async def _advance(self, seconds: float) -> None:
        await self._runner.advance(seconds)
        self._raise_errors()

    async def _replace(self, build: Callable[[], Simulation]) -> None:
        self._runner.stop()
        self._cut_off()
        rate, paused = self._runner.rate, self._runner.paused
        self._simulation = build()
        self._runner = self._new_runner(rate)
        if paused:
            self._runner.pause()
        self._runner.settle()
        self._raise_errors()

    async def _shut(self) -> None:
        self._runner.stop()
        self._cut_off()
        for door in self._doors.values():
            door.remove()
        # One turn of the loop for the connections to notice that they are closed.
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _cut_off(self) -> None:
        for exchange in self._exchanges:
            exchange.abandon()
        self._exchanges.clear()
        for door in self._doors.values():
            door.set_open(False)

    def _handle(self, hostname: str, incoming: Incoming, connection: Connection) -> None:
        self._runner.catch_up()
        if incoming.method not in ("GET", "HEAD"):
            self._runner.note_change()
        reply = self._reply(hostname, incoming)
        exchange = Exchange(
            connection,
            reply,
            broken=self._broken,
            poll_soon=self._poll_soon,
            acted=self._acted,
            only_looks=ONLY_LOOKS in incoming.headers,
        )
        self._exchanges.append(exchange)
        self._runner.settle()

    def _acted(self) -> None:
        self._runner.settle()

    def _reply(self, hostname: str, incoming: Incoming) -> Answer | Pending[Answer]:
        if self._runner.failure is not None:
            return _failure(self._runner.failure)
        try:
            return answer(self._simulation.daemons[hostname], request_of(incoming))
        except Exception as error:
            return self._broken(error)

    def _broken(self, error: Exception) -> Response:
        self._keep(error)
        return _failure(error)

    def _keep(self, error: Exception) -> None:
        self._errors.append(error)

    def _raise_errors(self) -> None:
        if self._errors:
            errors, self._errors = self._errors, []
            raise SimulationFailed("the simulated engine went wrong", errors)

    def _is_blocked(self) -> bool:
        return any(exchange.moves_time for exchange in self._exchanges)

    def _after_step(self) -> None:
        # Doors first: a dead engine says nothing to those who still wait for it.
        for name, door in self._doors.items():
            door.set_open(self._simulation.daemons[name].running)
        self._poll()

    def _poll(self) -> None:
        for exchange in self._exchanges:
            if not exchange.done:
                exchange.poll()
        self._exchanges = [exchange for exchange in self._exchanges if not exchange.done]

    def _poll_soon(self) -> None:
        if not self._polling:
            self._polling = True
            self._loop.call_soon(self._poll_again)

    def _poll_again(self) -> None:
        self._polling = False
        self._poll()


def _failure(error: Exception) -> Response:
    message = f"the simulated engine went wrong: {type(error).__name__}: {error}"
    reply = json_response({"message": message}, 500)
    return Response(status=500, headers={**common_headers(VERSION), **reply.headers}, body=reply.body)
