"""Colours as eyes see them: lightness and hue, and contrast as of WCAG."""

import numpy as np
from matplotlib.colors import to_rgb

# Machado, Oliveira and Fernandes (2009), severity 1: what is seen, in linear RGB.
SEEN = {
    "all": np.eye(3),
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colours):
    """Return colours (.., 3) of 0 to 1 as light."""
    given = np.asarray(colours, float)
    return np.where(given <= 0.04045, given / 12.92, ((given + 0.055) / 1.055) ** 2.4)


def lab(colours, eye="all"):
    """Return CIELAB coordinates (n, 3) of colours as an eye sees them."""
    given = np.array([to_rgb(colour) for colour in colours])
    seen = np.clip(linear(given) @ np.array(SEEN[eye]).T, 0, 1) @ TO_XYZ.T / WHITE
    root = np.where(seen > 0.008856, np.cbrt(seen), 7.787 * seen + 16 / 116)
    x, y, z = root.T
    return np.column_stack([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def luminance(colour):
    """Return how bright a colour is, beside 1 of white."""
    return float(linear(to_rgb(colour)) @ TO_XYZ[1])


def contrast_ratio(first, second):
    """Return how many times brighter one of two colours is, as of WCAG 2."""
    low, high = sorted(luminance(one) for one in (first, second))
    return (high + 0.05) / (low + 0.05)
