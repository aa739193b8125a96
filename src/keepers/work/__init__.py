"""Run functions over many items, on this machine or on an existing cluster."""
