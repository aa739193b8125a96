"""Find and measure faces with the models that come with Keepers."""
