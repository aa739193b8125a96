"""Choose what to keep and where things go, with reasons."""
