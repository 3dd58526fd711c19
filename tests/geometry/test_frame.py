"""The frame in which a network is looked at."""

import numpy as np

from rnn_geometry.geometry.frame import centre_row


def test_the_centre_is_the_point_nearest_the_mean():
    points = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0], [1.0, 1.2]])
    assert centre_row(points) == 3  # the mean is (1.25, 1.3)
    assert centre_row(np.repeat(points[:1], 3, axis=0)) == 0
