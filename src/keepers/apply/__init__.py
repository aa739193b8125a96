"""Carry out checked plans, resume them, undo them."""
