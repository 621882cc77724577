"""Every endpoint of the Docker Engine API 1.51 and the parameters of its query, whether it is answered here or not.

What is in this table and not in routes.py answers 501, what is in neither 404; docs/api-coverage.md is made from both.
Source: moby api/swagger.yaml, v1.51, and the routers under daemon/server/router for what it does not document
(`/grpc`, `details`, `status`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

_TABLE = """
# System
GET    /_ping
HEAD   /_ping
GET    /version
GET    /info
GET    /events                       since until filters
GET    /system/df                    type
POST   /auth
POST   /session
POST   /grpc
GET    /distribution/{name:*}/json
# Swarm
GET    /swarm
POST   /swarm/init
POST   /swarm/join
POST   /swarm/leave                  force
POST   /swarm/update                 version rotateWorkerToken rotateManagerToken rotateManagerUnlockKey
GET    /swarm/unlockkey
POST   /swarm/unlock
# Nodes
GET    /nodes                        filters
GET    /nodes/{id}
DELETE /nodes/{id}                   force
POST   /nodes/{id}/update            version
# Services
GET    /services                     filters status
POST   /services/create
GET    /services/{id}                insertDefaults
DELETE /services/{id}
POST   /services/{id}/update         version registryAuthFrom rollback
GET    /services/{id}/logs           details follow stdout stderr since timestamps tail
# Tasks
GET    /tasks                        filters
GET    /tasks/{id}
GET    /tasks/{id}/logs              details follow stdout stderr since timestamps tail
# Secrets
GET    /secrets                      filters
POST   /secrets/create
GET    /secrets/{id}
DELETE /secrets/{id}
POST   /secrets/{id}/update          version
# Configs
GET    /configs                      filters
POST   /configs/create
GET    /configs/{id}
DELETE /configs/{id}
POST   /configs/{id}/update          version
# Networks
GET    /networks                     filters
GET    /networks/{id:*}              verbose scope
DELETE /networks/{id:*}
POST   /networks/create
POST   /networks/{id:*}/connect
POST   /networks/{id:*}/disconnect
POST   /networks/prune               filters
# Volumes
GET    /volumes                      filters
POST   /volumes/create
GET    /volumes/{name:*}
PUT    /volumes/{name:*}             version
DELETE /volumes/{name:*}             force
POST   /volumes/prune                filters
# Containers
GET    /containers/json              all limit size filters
POST   /containers/create            name platform
GET    /containers/{id:*}/json       size
GET    /containers/{id:*}/top        ps_args
GET    /containers/{id:*}/logs       details follow stdout stderr since until timestamps tail
GET    /containers/{id:*}/changes
GET    /containers/{id:*}/export
GET    /containers/{id:*}/stats      stream one-shot
POST   /containers/{id:*}/resize     h w
POST   /containers/{id:*}/start      detachKeys
POST   /containers/{id:*}/stop       signal t
POST   /containers/{id:*}/restart    signal t
POST   /containers/{id:*}/kill       signal
POST   /containers/{id:*}/update
POST   /containers/{id:*}/rename     name
POST   /containers/{id:*}/pause
POST   /containers/{id:*}/unpause
POST   /containers/{id:*}/attach     detachKeys logs stream stdin stdout stderr
GET    /containers/{id:*}/attach/ws  detachKeys logs stream stdin stdout stderr
POST   /containers/{id:*}/wait       condition
DELETE /containers/{id:*}            v link force
HEAD   /containers/{id:*}/archive    path
GET    /containers/{id:*}/archive    path
PUT    /containers/{id:*}/archive    path noOverwriteDirNonDir copyUIDGID
POST   /containers/prune             filters
# Exec
POST   /containers/{id:*}/exec
POST   /exec/{id:*}/start
POST   /exec/{id:*}/resize             h w
GET    /exec/{id:*}/json
# Images
GET    /images/json                  all filters shared-size digests manifests
POST   /images/create                fromImage fromSrc repo tag message changes platform
GET    /images/{name:*}/json         manifests platform
GET    /images/{name:*}/history      platform
POST   /images/{name:*}/push         tag platform
POST   /images/{name:*}/tag          repo tag
DELETE /images/{name:*}              force noprune platforms
GET    /images/search                term limit filters
POST   /images/prune                 filters
POST   /commit                       container repo tag comment author pause changes
GET    /images/{name:*}/get          platform
GET    /images/get                   names platform
POST   /images/load                  quiet platform
POST   /build
POST   /build/prune                  reserved-space max-used-space min-free-space keep-storage all filters
POST   /build/cancel                 id
# Plugins
GET    /plugins                      filters
GET    /plugins/privileges           remote
POST   /plugins/pull                 remote name
GET    /plugins/{name:*}/json
DELETE /plugins/{name:*}             force
POST   /plugins/{name:*}/enable      timeout
POST   /plugins/{name:*}/disable     force
POST   /plugins/{name:*}/upgrade     remote
POST   /plugins/create               name
POST   /plugins/{name:*}/push
POST   /plugins/{name:*}/set
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint of Docker's API.

    Attributes:
        group: the headline it stands under.
        template: its path; `{name}` varies, `{name:*}` may hold slashes.
        query: the parameters of its query.
    """

    group: str
    method: str
    template: str
    query: tuple[str, ...]


@cache
def endpoints() -> tuple[Endpoint, ...]:
    """Docker's endpoints, in the order of its documentation."""
    return tuple(_read())


def _read() -> Iterator[Endpoint]:
    group = ""
    for line in filter(None, _TABLE.splitlines()):
        if line.startswith("#"):
            group = line.removeprefix("# ")
            continue
        method, template, *query = line.split()
        yield Endpoint(group=group, method=method, template=template, query=tuple(query))


@cache
def pattern_of(template: str) -> re.Pattern[str]:
    """The paths that fit a template."""
    return re.compile("".join(map(_part, re.split(r"(\{\w+(?::\*)?\})", template))))


def _part(text: str) -> str:
    if not text.startswith("{"):
        return re.escape(text)
    name = text.strip("{}")
    return f"(?P<{name[:-2]}>.+)" if name.endswith(":*") else f"(?P<{name}>[^/]+)"


def find_endpoint(method: str, path: str) -> Endpoint | None:
    """The endpoint of Docker's API that a request is meant for."""
    return next(
        (each for each in endpoints() if each.method == method and pattern_of(each.template).fullmatch(path)), None
    )
