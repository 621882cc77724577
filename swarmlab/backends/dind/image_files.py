"""A saved image as the files that a registry keeps, so that the lab's registry has its images before it listens.

Pure: a tar archive in, a tar archive out. Pushing instead would need an open port without a password, and names for
the images in the local Docker, which a killed process would leave there.

Source: distribution, registry/storage/paths.go, and its "Image Manifest Version 2, Schema 2".
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from typing import IO, Final

FOLDER: Final = "docker/registry/v2"
"""Below the registry's data directory."""

_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
_CONFIG: Final = "application/vnd.docker.container.image.v1+json"
_LAYER: Final = "application/vnd.docker.image.rootfs.diff.tar"
_GZIP: Final = b"\x1f\x8b"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Blob:
    """What a registry keeps under the digest of its content."""

    media_type: str
    size: int
    digest: str

    def described(self) -> dict[str, str | int]:
        return {"mediaType": self.media_type, "size": self.size, "digest": self.digest}


def write_image(saved: IO[bytes], files: tarfile.TarFile, *, repository: str, tag: str) -> str:
    """Write the files of one image, below a registry's data directory.

    Args:
        saved: what `docker save` gives; the first image in it is taken.
        files: where to.
        repository: `library/alpine`.
        tag: `latest`.

    Returns:
        The digest of the image's manifest, by which others ask for it.
    """
    with tarfile.open(fileobj=saved) as image:
        listed = json.load(_open(image, "manifest.json"))[0]
        config = _add_blob(files, _open(image, listed["Config"]), _CONFIG)
        layers = [_add_blob(files, _open(image, name), _LAYER) for name in listed["Layers"]]
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": config.described(),
        "layers": [layer.described() for layer in layers],
    }
    whole = _add_blob(files, BytesIO(json.dumps(manifest, indent=3).encode()), _MANIFEST)
    _link(files, repository, whole.digest, tag, [config, *layers])
    return whole.digest


def _open(image: tarfile.TarFile, name: str) -> IO[bytes]:
    # Engines before 25 save a layer that is there already as a link to it: extractfile follows.
    file = image.extractfile(name)
    if file is None:
        raise ValueError(f"{name} in the saved image is no file")
    return file


def _add_blob(files: tarfile.TarFile, content: IO[bytes], media_type: str) -> _Blob:
    hexadecimal = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
    size = content.seek(0, SEEK_END)
    content.seek(0)
    if media_type == _LAYER and content.read(len(_GZIP)) == _GZIP:  # as Docker's containerd store saves it
        media_type = f"{_LAYER}.gzip"
    content.seek(0)
    _add(files, f"blobs/sha256/{hexadecimal[:2]}/{hexadecimal}/data", content, size)
    return _Blob(media_type=media_type, size=size, digest=f"sha256:{hexadecimal}")


def _link(files: tarfile.TarFile, repository: str, manifest: str, tag: str, parts: list[_Blob]) -> None:
    """What belongs to a repository is a file that holds a digest."""
    tagged = f"_manifests/tags/{tag}"
    links = {f"_manifests/revisions/{_path(manifest)}": manifest, f"{tagged}/current": manifest}
    links[f"{tagged}/index/{_path(manifest)}"] = manifest
    links |= {f"_layers/{_path(part.digest)}": part.digest for part in parts}
    for folder, digest in links.items():
        _add(files, f"repositories/{repository}/{folder}/link", BytesIO(digest.encode()), len(digest))


def _path(digest: str) -> str:
    return digest.replace(":", "/")


def _add(files: tarfile.TarFile, name: str, content: IO[bytes], size: int) -> None:
    member = tarfile.TarInfo(f"{FOLDER}/{name}")
    member.size = size
    member.mode = 0o644
    files.addfile(member, content)
