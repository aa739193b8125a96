"""The options of all commands that look at faces: by what, where, and with whose models."""

import argparse

from keepers.config import DEVICES


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--faces", metavar="NAME", help="face back end: auto, none, or the name of an installed one"
    )
    parser.add_argument(
        "--device",
        choices=DEVICES,
        help="where faces are judged; auto: on a GPU if there is one and enough photos, else on the CPU",
    )
    parser.add_argument("--model-dir", metavar="DIR", help="models of your own for the face back end")
