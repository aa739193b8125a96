"""Note pictures that were made here and lie on a server, so that it is known there what they are: no photos by themselves."""

from collections.abc import Sequence

from keepers.catalog import contents, served
from keepers.catalog.store import Catalog
from keepers.fingerprint.exact import content_id
from keepers.model import Kind
from keepers.read import formats, metadata
from keepers.read.packed import pack
from keepers.workflows.job import METHOD
from keepers.workflows.uploading import sha1

_HEAD = 4096


def note(catalog: Catalog, pictures: Sequence[bytes]) -> None:
    """Remember what our pictures say of themselves; a scan of the server then knows them by their checksums.

    They have no fingerprints: what was made of a photo is no copy of it, and no frame of its series.
    """
    with catalog.writing():
        for data in pictures:
            form = formats.sniff(data[:_HEAD], "")
            b3 = contents.digest(content_id(data))
            if form is None or contents.find(catalog, b3) is not None:
                continue
            packed = pack(metadata.facts(data, form))
            number = contents.add(
                catalog, contents.NewContent(b3, len(data), Kind.PHOTO, METHOD, packed=packed)
            )
            served.add_alias(catalog, number, bytes.fromhex(sha1(data)))
