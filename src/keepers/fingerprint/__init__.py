"""Turn content into comparable numbers, and find neighbours among millions of them."""
