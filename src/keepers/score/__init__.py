"""Judge photos: sharpness, exposure, originality, faces."""
