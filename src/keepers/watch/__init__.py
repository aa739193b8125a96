"""Keeps folders under watch, and does something with them when they change."""
