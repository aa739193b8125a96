"""What the name and the folders of a file tell of it: is it a copy, or what a messenger sent?"""

import re
from functools import lru_cache
from typing import Final

MESSENGER: Final = re.compile(
    r"whatsapp|-wa\d{4}|telegram|^signal-|messenger|^received_\d{6}|^fb_img|viber|wechat|^mmexport|threema"
    r"|instagram|snapchat",
    re.IGNORECASE,
)
_SECOND_NAME: Final = re.compile(
    r"\(\d+\)$|(?:^|[ _-])cop(?:y|ie|ia)\d*(?:$|[ _-])|kopie|[ _-]edit(?:ed)?$|~\d+$|resized|[ _-]small$"
    r"|thumb",
    re.IGNORECASE,
)
_SECOND_PLACE: Final = re.compile(
    r"(?:^|[ _.-])(?:back-?ups?|cop(?:y|ies)|kopien?|\.?trash\w*|papierkorb|\$?recycle(?:\.bin)?|corbeille"
    r"|downloads?|duplicates?|dupes?|te?mp|cache|\.?thumb\w*|sent|whatsapp|telegram|exports?|old|lost\+found)"
    r"(?:$|[ _.-])",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def second_places(folder: str) -> int:
    """How many of the folders on the way look like those of copies."""
    return sum(bool(_SECOND_PLACE.search(part)) for part in folder.split("/"))


@lru_cache(maxsize=1024)
def second_names(stem: str) -> int:
    """In how many ways a name without its extension looks like a copy's."""
    return bool(_SECOND_NAME.search(stem)) + bool(MESSENGER.search(stem))


@lru_cache(maxsize=1024)
def messenger_places(folder: str) -> bool:
    """Whether one of the folders on the way is a messenger's."""
    return any(MESSENGER.search(part) for part in folder.split("/"))
