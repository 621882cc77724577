"""Saved images become what a registry keeps: found by their tag, with every digest right."""

import gzip
import hashlib
import io
import json
import tarfile

import pytest

from swarmlab.backends.dind.image_files import FOLDER, write_image

CONFIG, LAYER = b'{"architecture":"amd64","os":"linux"}', b"a layer" * 1000


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def archive(files: dict[str, bytes], links: dict[str, str] | None = None) -> io.BytesIO:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for name, target in (links or {}).items():
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, target
            tar.addfile(link)
    buffer.seek(0)
    return buffer


def saved_by_20() -> io.BytesIO:
    """As engines before 25 save an image; the second layer is the first once more."""
    listed = [{"Config": "c0ffee.json", "RepoTags": ["alpine:latest"], "Layers": ["1/layer.tar", "2/layer.tar"]}]
    files = {"1/layer.tar": LAYER, "c0ffee.json": CONFIG, "manifest.json": json.dumps(listed).encode()}
    return archive(files, {"2/layer.tar": "../1/layer.tar"})


def saved_by_28() -> io.BytesIO:
    """As later engines do, here with a layer that is compressed as Docker's containerd store keeps it."""
    packed = gzip.compress(LAYER, mtime=0)
    names = [f"blobs/sha256/{digest(one).removeprefix('sha256:')}" for one in (CONFIG, LAYER, packed)]
    listed = [{"Config": names[0], "RepoTags": ["alpine:latest"], "Layers": names[1:]}]
    files = dict(zip(names, (CONFIG, LAYER, packed), strict=True))
    return archive({**files, "manifest.json": json.dumps(listed).encode()})


def files_of(saved: io.BytesIO) -> tuple[str, dict[str, bytes]]:
    """The digest that is told, and the files that were written, below the registry's folder."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        told = write_image(saved, tar, repository="library/alpine", tag="latest")
    written.seek(0)
    with tarfile.open(fileobj=written) as tar:
        found = {member.name.removeprefix(f"{FOLDER}/"): tar.extractfile(member) for member in tar.getmembers()}
        return told, {name: file.read() for name, file in found.items() if file is not None}


def blob(files: dict[str, bytes], of: str) -> bytes:
    hexadecimal = of.removeprefix("sha256:")
    return files[f"blobs/sha256/{hexadecimal[:2]}/{hexadecimal}/data"]


@pytest.mark.parametrize("saved", [saved_by_20, saved_by_28])
def test_an_image_is_found_by_its_tag(saved: object) -> None:
    """Tag, manifest, configuration, layers; each is kept under the digest of what it is."""
    told, files = files_of(saved())  # type: ignore[operator]
    repository = "repositories/library/alpine"
    current = files[f"{repository}/_manifests/tags/latest/current/link"].decode()
    assert current == told == digest(blob(files, current))
    manifest = json.loads(blob(files, current))
    assert blob(files, manifest["config"]["digest"]) == CONFIG
    for part in [manifest["config"], *manifest["layers"]]:
        content = blob(files, part["digest"])
        assert (part["digest"], part["size"]) == (digest(content), len(content))
        assert files[f"{repository}/_layers/{part['digest'].replace(':', '/')}/link"].decode() == part["digest"]
    revision = current.replace(":", "/")
    assert files[f"{repository}/_manifests/revisions/{revision}/link"].decode() == current
    assert files[f"{repository}/_manifests/tags/latest/index/{revision}/link"].decode() == current


def test_a_layer_is_said_to_be_compressed_when_it_is() -> None:
    """Engines believe what the manifest says."""
    for saved, packed in ((saved_by_20(), [False, False]), (saved_by_28(), [False, True])):
        told, files = files_of(saved)
        layers = json.loads(blob(files, told))["layers"]
        assert [layer["mediaType"].endswith(".gzip") for layer in layers] == packed


def test_the_same_image_has_the_same_digest_in_every_lab() -> None:
    """Nothing of the time, or of chance, is in it."""
    assert files_of(saved_by_28()) == files_of(saved_by_28())
