"""Hatchling's build hook: puts the face models into the wheel (docs/decisions/003-face-runtime.md)."""

import os
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ModelsHook(BuildHookInterface[Any]):
    """Fetches, checks and converts the face models for a wheel; an editable install reuses the copy."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the models, unless KEEPERS_MODELS=skip says to build without them."""
        del version
        folder = Path(self.root, "src", "keepers", "detect", "models")
        if os.environ.get("KEEPERS_MODELS") == "skip":
            self.app.display_warning("KEEPERS_MODELS=skip: built without face models")
            return
        sys.path.insert(0, self.root)
        try:
            from build_tools.models import make_models  # noqa: PLC0415 (found only from here)

            fetched = make_models(folder)
        finally:
            sys.path.remove(self.root)
        self.app.display_info(f"face models: {'fetched and converted' if fetched else 'the copy is reused'}")
        build_data["artifacts"].append("src/keepers/detect/models/*")
