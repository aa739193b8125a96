"""Find which photos belong together: copies, versions, bursts, brackets."""
