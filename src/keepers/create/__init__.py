"""Make new pictures from old ones."""
