"""model.png: a sign for each component, drawn here so that its bytes are always the same."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

SIZE = 128
"""Pixels along each edge."""

Image = NDArray[np.float64]
Colour = tuple[int, int, int]
Draw = Callable[[Image], None]

PAPER: Colour = (255, 255, 255)
INK: Colour = (38, 50, 56)
CHARGE: Colour = (67, 160, 71)
COPPER: Colour = (191, 110, 48)
HEAT: Colour = (211, 64, 52)
BALANCE: Colour = (30, 118, 190)

Y, X = np.mgrid[0:SIZE, 0:SIZE] + 0.5


def icon(model_name: str) -> bytes:
    """Return the PNG file of a model's icon; one without a sign of its own gets the plain frame."""
    image = np.zeros((SIZE, SIZE, 4))
    box(image, (64, 64), (62, 62), 14, INK)
    box(image, (64, 64), (58, 58), 11, PAPER)
    for draw in _SIGNS.get(model_name, ()):
        draw(image)
    return png(image)


def png(image: Image) -> bytes:
    """Return an RGBA image of shape (height, width, 4), values 0 to 1, as a PNG file."""
    pixels = np.round(255.0 * image).astype(np.uint8)
    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def box(image: Image, centre: tuple[float, float], half: tuple[float, float], radius: float, colour: Colour) -> None:
    """Paint a rectangle with rounded corners; lengths in pixels."""
    beyond_x = np.abs(X - centre[0]) - (half[0] - radius)
    beyond_y = np.abs(Y - centre[1]) - (half[1] - radius)
    outside = np.hypot(np.maximum(beyond_x, 0.0), np.maximum(beyond_y, 0.0))
    _paint(image, outside + np.minimum(np.maximum(beyond_x, beyond_y), 0.0) - radius, colour)


def disc(image: Image, centre: tuple[float, float], radius: float, colour: Colour) -> None:
    """Paint a disc; lengths in pixels."""
    _paint(image, np.hypot(X - centre[0], Y - centre[1]) - radius, colour)


def _paint(image: Image, distance: Image, colour: Colour) -> None:
    """Paint where `distance` to the shape's edge [pixels] is negative, with a smooth edge."""
    cover = np.clip(0.5 - distance, 0.0, 1.0)[..., None]
    paint = np.array([*colour, 255.0]) / 255.0
    image[...] = cover * paint + (1.0 - cover) * image


def _battery(image: Image, x: float, y: float, scale: float, level: float) -> None:
    """Draw a standing battery around (x, y), 60 pixels high at scale 1, filled to `level`."""
    box(image, (x, y - 31 * scale), (8 * scale, 4 * scale), 2 * scale, INK)
    box(image, (x, y), (19 * scale, 30 * scale), 5 * scale, INK)
    box(image, (x, y), (15 * scale, 26 * scale), 3 * scale, PAPER)
    height = 23 * scale * level
    box(image, (x, y + 23 * scale - height), (12 * scale, height), min(2 * scale, height), CHARGE)


def _cell(image: Image) -> None:
    _battery(image, 64, 68, 1.35, 0.7)


def _pack_network(image: Image) -> None:
    for y in (22, 108):
        box(image, (64, y), (47, 3), 2, COPPER)
    for x, level in ((30, 0.7), (64, 0.75), (98, 0.65)):
        box(image, (x, 65), (2, 43), 1, COPPER)
        _battery(image, x, 67, 0.72, level)


def _thermal(image: Image) -> None:
    box(image, (52, 55), (12, 37), 12, INK)
    disc(image, (52, 92), 19, INK)
    box(image, (52, 58), (8, 36), 8, PAPER)
    disc(image, (52, 92), 15, HEAT)
    box(image, (52, 70), (5, 25), 5, HEAT)
    for y in (32, 48, 64):
        box(image, (82, y), (10, 2.5), 2, INK)


def _balancer(image: Image) -> None:
    for x, height in ((32, 20), (64, 34), (96, 27)):
        box(image, (x, 100 - height), (11, height), 3, BALANCE)
    box(image, (64, 54), (47, 2), 1, INK)
    box(image, (64, 104), (47, 3), 2, INK)


def _aging(image: Image) -> None:
    for x, height in ((30, 37), (53, 30), (76, 24), (99, 19)):
        box(image, (x, 100 - height), (8, height), 3, CHARGE)
    box(image, (64, 104), (47, 3), 2, INK)


def _bms(image: Image) -> None:
    for offset in (40, 56, 72, 88):
        box(image, (offset, 64), (2.5, 44), 2, COPPER)
        box(image, (64, offset), (44, 2.5), 2, COPPER)
    box(image, (64, 64), (34, 34), 6, INK)
    for x, height in ((50, 10), (64, 17), (78, 13)):
        box(image, (x, 82 - height), (5, height), 2, BALANCE)


def _pack(image: Image) -> None:
    box(image, (64, 71), (50, 35), 8, INK)
    box(image, (64, 71), (46, 31), 5, PAPER)
    for x in (34, 94):
        box(image, (x, 32), (9, 5), 2, INK)
    for x, level in ((34, 24), (64, 25), (94, 23)):
        box(image, (x, 71), (11, level), 3, CHARGE)


_SIGNS: dict[str, tuple[Draw, ...]] = {
    "Cell": (_cell,),
    "PackNetwork": (_pack_network,),
    "Thermal": (_thermal,),
    "Balancer": (_balancer,),
    "Aging": (_aging,),
    "Bms": (_bms,),
    "Pack": (_pack,),
}
