"""The order in which the old importer asked for dates, with our judgement of what is believable."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final

from keepers.model import DateClaim, Taken
from keepers.read import dates

#: EXIF CreateDate (which EXIF calls digitized), DateTimeOriginal, DateTimeCreated of IPTC or XMP, films.
ORDER: Final = (
    "exif:digitized",
    "exif:original",
    "xmp:original",
    "xmp:digitized",
    "quicktime:header",
    "quicktime:creation",
)


def taken(claims: Sequence[DateClaim], mtime_ns: int, now: datetime, home: tzinfo) -> Taken:
    """The date by the old order: the first that can be true, else the modification time.

    Zero dates and nonsense are passed over, and a film's time in UTC is told in local time: the old
    importer stumbled over the first and took the second for local.
    """
    for source in ORDER:
        for claim in claims:
            if claim.source == source:
                judged = dates.taken([claim], "", "", mtime_ns, now, home)
                if judged.source != "mtime":
                    return judged
    return dates.taken((), "", "", mtime_ns, now, home)
