"""Makes packages/report/goldens/features.json: what the official Keras MobileNetV2 gives for 20 photos and one drawing.

    python3 -m venv /tmp/venv-keras
    /tmp/venv-keras/bin/pip install -r test/parity/requirements-features.txt
    /tmp/venv-keras/bin/python test/parity/make_feature_goldens.py PHOTOS WEIGHTS OUT [--pixels FILE]

PHOTOS holds a folder a label; four photos of each are taken. WEIGHTS is a no-top Keras .h5. Only numbers are written:
float32 little-endian rows in base64. --pixels also writes the resized images, one after the other, as raw RGB.
"""

import argparse
import base64
import hashlib
import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import keras
import numpy as np
import PIL
import tensorflow as tf
from PIL import Image

SIZE = 224
PER_LABEL = 4
STEP = 15


def select(photos: pathlib.Path) -> list[str]:
    labels = sorted(entry.name for entry in photos.iterdir() if entry.is_dir())
    chosen = []
    for label in labels:
        files = sorted(os.listdir(photos / label))
        chosen += [f"{label}/{files[i * STEP]}" for i in range(PER_LABEL)]
    return chosen


def load(file: pathlib.Path) -> np.ndarray:
    return np.asarray(Image.open(file).convert("RGB").resize((SIZE, SIZE), Image.Resampling.BICUBIC))


def synthetic(seed: int) -> np.ndarray:
    """Bytes of the linear congruential generator of Numerical Recipes, its top eight bits."""
    state, values = seed, bytearray()
    for _ in range(SIZE * SIZE * 3):
        state = (1664525 * state + 1013904223) % 2**32
        values.append(state >> 24)
    return np.frombuffer(bytes(values), np.uint8).reshape(SIZE, SIZE, 3)


def encode(row: np.ndarray) -> str:
    return base64.b64encode(row.astype("<f4").tobytes()).decode("ascii")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=pathlib.Path)
    parser.add_argument("weights", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--pixels", type=pathlib.Path)
    arguments = parser.parse_args()

    model = keras.applications.MobileNetV2(
        weights=None, include_top=False, pooling="avg", input_shape=(SIZE, SIZE, 3)
    )
    model.load_weights(arguments.weights)

    paths = select(arguments.photos)
    seed = 1
    images = np.stack([load(arguments.photos / path) for path in paths] + [synthetic(seed)])
    batch = keras.applications.mobilenet_v2.preprocess_input(images.astype(np.float32))
    features = model.predict(batch, batch_size=1, verbose=0)
    assert features.dtype == np.float32 and features.shape == (len(images), model.output_shape[1])

    golden = {
        "versions": {
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "pillow": PIL.__version__,
            "numpy": np.__version__,
        },
        "weightsSha256": hashlib.sha256(arguments.weights.read_bytes()).hexdigest(),
        "featureDimension": int(features.shape[1]),
        "photos": [
            {"path": path, "pixelsSha256": hashlib.sha256(image.tobytes()).hexdigest(), "features": encode(row)}
            for path, image, row in zip(paths, images, features)
        ],
        "synthetic": {
            "generator": "state = 1664525 * state + 1013904223 mod 2^32; byte = state >> 24",
            "seed": seed,
            "pixelsSha256": hashlib.sha256(images[-1].tobytes()).hexdigest(),
            "features": encode(features[-1]),
        },
    }
    arguments.out.write_text(json.dumps(golden, indent=2) + "\n")
    if arguments.pixels:
        arguments.pixels.write_bytes(images.tobytes())
    print(f"{len(paths)} photos and a drawing: {arguments.out}")


if __name__ == "__main__":
    main()
