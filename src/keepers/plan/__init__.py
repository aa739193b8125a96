"""Turn decisions into checked actions, and tell what they would do."""
