"""The page in a real browser, before a real server of a drawn library."""
