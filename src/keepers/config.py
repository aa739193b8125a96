"""All settings, each documented once."""
