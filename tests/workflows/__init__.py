"""What the workflows do, as whole functions."""
