"""The places where photos live; one adapter each."""
