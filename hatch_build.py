"""Hatchling's build hook: puts the face models (docs/decisions/003-face-runtime.md) and the page into the wheel."""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PackageHook(BuildHookInterface[Any]):
    """Fetches the face models and builds the page; an editable install reuses the copies."""

    def dependencies(self) -> list[str]:
        """Ask for Node's wheel only where the page must be built and no Node is at hand."""
        if _is_skipped("KEEPERS_PAGE"):
            return []
        with _Here(self.root):
            from build_tools import page  # noqa: PLC0415 (found only from here)

            needed = not page.is_current(Path(self.root)) and page.find_node() is None
            return [page.NODE_WHEEL] if needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make both, unless KEEPERS_MODELS=skip or KEEPERS_PAGE=skip says to build without."""
        del version
        if self.target_name == "wheel":
            self._models(build_data)
        self._page(build_data)

    def _models(self, build_data: dict[str, Any]) -> None:
        if _is_skipped("KEEPERS_MODELS"):
            self.app.display_warning("KEEPERS_MODELS=skip: built without face models")
            return
        with _Here(self.root):
            from build_tools.models import make_models  # noqa: PLC0415 (found only from here)

            fetched = make_models(Path(self.root, "src", "keepers", "detect", "models"))
        self.app.display_info(f"face models: {'fetched and converted' if fetched else 'the copy is reused'}")
        build_data["artifacts"].append("src/keepers/detect/models/*")

    def _page(self, build_data: dict[str, Any]) -> None:
        if _is_skipped("KEEPERS_PAGE"):
            self.app.display_warning("KEEPERS_PAGE=skip: built without the review page")
            return
        with _Here(self.root):
            from build_tools.page import make_page  # noqa: PLC0415 (found only from here)

            made = make_page(Path(self.root))
        self.app.display_info(f"review page: {'built' if made else 'the copy is reused'}")
        build_data["artifacts"].append("src/keepers/web/static/**")


class _Here:
    """Lets the build import what lies beside this file."""

    def __init__(self, root: str) -> None:
        self.root = root

    def __enter__(self) -> None:
        sys.path.insert(0, self.root)

    def __exit__(self, *error: object) -> None:
        sys.path.remove(self.root)


def _is_skipped(name: str) -> bool:
    return os.environ.get(name) == "skip"
