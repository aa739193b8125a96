"""Sorts photos by people for whoever asks: the command line, the page, a watch."""
