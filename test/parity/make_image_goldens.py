"""Writes packages/report/goldens/images.json: hashes of what Pillow decodes and resamples.

    pip install -r test/parity/requirements-images.txt
    python test/parity/make_image_goldens.py ../shared/data/fruits/Test

The folder holds one folder of photos for each label; 20 photos, spread over the labels, are taken. All hashes are
SHA-256 of RGB bytes, row by row.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageOps

ROOT = Path(__file__).parents[2]
PHOTOS = 20
SIZE = (224, 224)
FILTERS = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "lanczos": Image.Resampling.LANCZOS,
    "nearest": Image.Resampling.NEAREST,
}
SIZES = [(1, 1), (7, 3), (223, 225), (224, 224), (224, 50), (50, 224), (300, 500), (500, 300), (5000, 40), (40, 5000)]


def sha256(image):
    return hashlib.sha256(image.tobytes()).hexdigest()


def noise(width, height):
    """The high bytes of a linear congruential generator; noiseRaster in TypeScript is the same."""
    state = width * 65537 + height
    pixels = bytearray()
    for _ in range(width * height * 3):
        state = (1664525 * state + 1013904223) % 2**32
        pixels.append(state >> 24)
    return Image.frombytes("RGB", (width, height), bytes(pixels))


def photos(folder):
    labels = sorted(path for path in folder.iterdir() if path.is_dir())
    per_label = PHOTOS // len(labels)
    for label in labels:
        files = sorted(label.glob("*.jpg"))
        for i in range(per_label):
            path = files[i * len(files) // per_label]
            with Image.open(path) as file:
                image = file.convert("RGB")
            yield {
                "path": path.relative_to(folder).as_posix(),
                "width": image.width,
                "height": image.height,
                "decoded": sha256(image),
                "bicubic": sha256(image.resize(SIZE)),
            }


def synthetic():
    for width, height in SIZES:
        image = noise(width, height)
        for name, resampling in FILTERS.items():
            yield {"width": width, "height": height, "filter": name, "resampled": sha256(image.resize(SIZE, resampling))}


def odd(folder):
    for path in sorted(folder.iterdir()):
        if path.name.startswith("bad-"):
            continue
        with Image.open(path) as file:
            if file.mode == "I;16":
                # Our recorded deviation: Pillow saturates 16-bit grey.
                grey = Image.fromarray((np.asarray(file) >> 8).astype(np.uint8))
                image = upright = grey.convert("RGB")
            else:
                image = file.convert("RGB")
                upright = ImageOps.exif_transpose(file).convert("RGB")
        yield {
            "file": path.name,
            "width": image.width,
            "height": image.height,
            "decoded": sha256(image),
            "upright": sha256(upright),
        }


goldens = {
    "pillow": PIL.__version__,
    "size": SIZE[0],
    "photos": list(photos(Path(sys.argv[1]))),
    "synthetic": list(synthetic()),
    "odd": list(odd(ROOT / "test/fixtures/odd")),
}
out = ROOT / "packages/report/goldens/images.json"
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text(json.dumps(goldens, indent=2) + "\n")
print(f"{out}: {len(goldens['photos'])} photos, {len(goldens['synthetic'])} synthetic, {len(goldens['odd'])} odd files")
