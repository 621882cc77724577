"""Published ports of real engines, asked from this machine: real requests to their hosts' addresses."""

from __future__ import annotations

import http.client
from collections.abc import Mapping

from swarmlab.client.protocols import NoWebAnswer, WebAnswer


class RealWeb:
    """Sends real HTTP requests. Implements `Web`.

    Where the local Docker runs in a machine of its own (Docker Desktop) its networks cannot be reached from outside,
    and no request is answered.

    Args:
        addresses: of each host, as this machine reaches it.
    """

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = addresses

    def get(self, node: str, port: int, path: str, *, timeout_s: float) -> WebAnswer:
        """Send one request."""
        address = self._addresses[node]
        connection = http.client.HTTPConnection(address, port, timeout=timeout_s)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read().decode(errors="replace")
        except TimeoutError:
            raise NoWebAnswer(f"Connection timed out after {timeout_s * 1000:.0f} milliseconds") from None
        except http.client.HTTPException:
            raise NoWebAnswer("Empty reply from server") from None
        except OSError as error:
            raise NoWebAnswer(f"Failed to connect to {address} port {port}: {error.strerror}") from None
        finally:
            connection.close()
        return WebAnswer(status=response.status, body=body, headers=dict(response.getheaders()))
