"""Tests of Keepers."""
