"""Random blocks of GGUF formats and their values as gguf-py decodes them, for a comparison with ours.

  grid_blocks.py OUT

OUT, a safetensors file, gets for each format T: T.raw [blocks, bytes] of random bytes with a scale of sane exponent, and T.values
[blocks, elements]. The metadata hold, for each grid, the SHA-256 of its points: a byte a coordinate, ternary levels -1, 0, 1 as 0, 8, 16.
Q8_K has no decoder in gguf-py; its values are ggml's formula in numpy.

grid_blocks.safetensors was made with Python 3.11.7, numpy 2.4.6, gguf 0.19.0.
"""

import hashlib
import json
import pathlib
import struct
import sys

import numpy
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, quants

BLOCKS = 4
# Where a block keeps its F16 scale.
SCALES = {
    "IQ1_S": 0, "IQ2_XXS": 0, "IQ2_XS": 0, "IQ2_S": 0, "IQ3_XXS": 0, "IQ3_S": 0, "TQ1_0": 52, "TQ2_0": 64,
}
GRIDS = ["IQ1_S", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S"]


def random_blocks(name, random):
    _, size = GGML_QUANT_SIZES[GGMLQuantizationType[name]]
    raw = random.integers(0, 256, (BLOCKS, size), dtype=numpy.uint8)
    if name == "Q8_K":
        raw[:, :4] = random.normal(0, 0.01, BLOCKS).astype("<f4").reshape(-1, 1).view(numpy.uint8)
    elif name == "IQ1_M":
        # The scale's upper four bits are the upper half of the last byte: sign and the exponent's three upper bits.
        raw[:, -1] = raw[:, -1] & 0x8F | 0x30
    else:
        # Sign, an exponent of 8 to 11, fraction.
        upper = SCALES[name] + 1
        raw[:, upper] = raw[:, upper] & 0x8F | 0x20
    return raw


def values(name, raw):
    if name == "Q8_K":
        return raw[:, :4].copy().view("<f4") * raw[:, 4:260].view(numpy.int8).astype(numpy.float32)
    return quants.dequantize(raw, GGMLQuantizationType[name])


def grid_digest(name):
    kind = getattr(quants, name)
    kind.init_grid()
    points = kind.grid.reshape(kind.grid_shape)
    if name == "IQ1_S":
        points = 8 * points + 8
    return hashlib.sha256(points.astype(numpy.uint8).tobytes()).hexdigest()


def main():
    random = numpy.random.default_rng(20261127)
    header = {"__metadata__": {name: grid_digest(name) for name in GRIDS}}
    data = b""
    for name in [*SCALES, "IQ1_M", "Q8_K"]:
        raw = random_blocks(name, random)
        decoded = values(name, raw).astype("<f4")
        assert numpy.isfinite(decoded).all()
        for part, dtype, array in [("values", "F32", decoded), ("raw", "U8", raw)]:
            begin = len(data)
            data += array.tobytes()
            header[f"{name}.{part}"] = {"dtype": dtype, "shape": array.shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    pathlib.Path(sys.argv[1]).write_bytes(struct.pack("<Q", len(text)) + text + data)


main()
