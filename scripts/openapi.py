"""Write the OpenAPI document that the page's client is generated from: `python -m scripts.openapi`."""

import json
import pathlib
import sys

from keepers.web.app import build

TARGET = pathlib.Path(__file__).parent.parent / "frontend" / "openapi.json"


def main(arguments: list[str]) -> int:
    """Write it; with --check, say only whether the one that is there is right."""
    text = json.dumps(build().openapi(), indent=1, sort_keys=True) + "\n"
    if "--check" in arguments:
        right = TARGET.exists() and TARGET.read_text("utf-8") == text
        print("frontend/openapi.json is right" if right else "frontend/openapi.json is old: make docs")
        return 0 if right else 1
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
