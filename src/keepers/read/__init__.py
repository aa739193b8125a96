"""Learn what is in bytes: formats, metadata, capture dates, bundles, upright pixels."""
