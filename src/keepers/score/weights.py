"""How much each part counts; set by hand on 15 people, so all of it is a setting."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """Shares of the parts of a score. Those of a photo with faces and those of a face each sum to 1."""

    faces: float = 0.70
    technical: float = 0.20
    composition: float = 0.10
    eyes: float = 0.45
    smile: float = 0.20
    face_sharpness: float = 0.20
    frontality: float = 0.10
    light: float = 0.05
    #: Added for each star above three, taken off for a rejected photo.
    rating: float = 0.05
