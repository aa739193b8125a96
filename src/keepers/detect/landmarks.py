"""Which of the 478 points of MediaPipe's face mesh lies where.

Left and right are the person's own. The numbers are those of the canonical face model; the subset is
that of mediapipe/tasks/cc/vision/face_landmarker/face_blendshapes_graph.cc, in its order.
"""

from typing import Final

import numpy as np

#: The points that the blendshape network reads.
SUBSET: Final = np.array(
    [
        0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52,
        53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80, 81, 82, 84, 87, 88, 91,
        93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153,
        154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195,
        197, 234, 246, 249, 251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295,
        296, 297, 300, 308, 310, 311, 312, 314, 317, 318, 321, 323, 324, 332, 334, 336, 338, 356,
        361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386, 387, 388, 389,
        390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473, 474, 475,
        476, 477,
    ]
)  # fmt: skip

#: Outer corner, two of the upper lid, inner corner, two of the lower lid (Soukupova and Cech, 2016).
RIGHT_EYE: Final = (33, 160, 158, 133, 153, 144)
LEFT_EYE: Final = (263, 387, 385, 362, 380, 373)
RIGHT_IRIS, LEFT_IRIS = 468, 473
#: Skin a little below the lower lid, where the lens of glasses lies too.
RIGHT_UNDER: Final = (228, 229, 230, 231, 232)
LEFT_UNDER: Final = (448, 449, 450, 451, 452)
#: Skin that glasses leave free, unless something else covers it: hence four places.
SKIN: Final = (
    (50, 101, 36, 205, 118, 119, 100),  # right cheek
    (280, 330, 266, 425, 347, 348, 329),  # left cheek
    (197, 195, 5, 4),  # nose
    (151, 108, 337, 9, 107, 336),  # forehead
)
RIGHT_SIDE, LEFT_SIDE = 234, 454

#: Inner edge of the lips: upper and lower middle, the corners.
LIPS: Final = (13, 14, 78, 308)

#: Outputs of the blendshape network.
BROWS_DOWN: Final = (1, 2)
SQUINT: Final = (19, 20)
JAW_OPEN = 25
BLINK_LEFT, BLINK_RIGHT = 9, 10
SMILE_LEFT, SMILE_RIGHT = 44, 45
LOWER_LIP: Final = (34, 35)
UPPER_LIP: Final = (48, 49)
