"""The notebook that Pomona replaces, step by step, in plain Python: what `pomona compare` is tried against.

Each step does what the notebook's Spark did: its paths (`file:/…`), its vectors (structures of type, size, indices and
values), its StandardScaler (sample deviation; a constant column becomes 0) and its PCA (of the covariance, in double).
The network is Keras' own with `--keras FILE.h5`, else any ONNX that takes bytes [n, 224, 224, 3].

python notebook.py PHOTOS RESULT (--keras FILE.h5 | --onnx FILE.onnx)
"""

import argparse
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image


def featurizer(options):
    """From pixels [n, 224, 224, 3] to features [n, d]."""
    if options.keras:
        from keras import Model
        from keras.applications.mobilenet_v2 import MobileNetV2, preprocess_input

        whole = MobileNetV2(weights=options.keras, include_top=True, input_shape=(224, 224, 3))
        network = Model(inputs=whole.input, outputs=whole.layers[-2].output)
        return lambda pixels: network.predict(preprocess_input(pixels.astype(np.float32)), verbose=0)
    import onnxruntime

    session = onnxruntime.InferenceSession(options.onnx, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda pixels: session.run(None, {name: pixels})[0]


def preprocess(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).resize([224, 224]), np.uint8)


def standard_scaler(features: np.ndarray) -> np.ndarray:
    """withMean, withStd."""
    deviation = features.std(axis=0, ddof=1)
    factor = np.divide(1, deviation, out=np.zeros_like(deviation), where=deviation > 0)
    return (features - features.mean(axis=0)) * factor


def pca(scaled: np.ndarray, k: int) -> np.ndarray:
    values, vectors = np.linalg.eigh(np.cov(scaled, rowvar=False))
    return scaled @ vectors[:, np.argsort(values)[::-1][:k]]


def dense_vectors(rows: np.ndarray) -> pa.StructArray:
    """As Spark stores its VectorUDT: type 1 is dense, and neither size nor indices are there."""
    n = len(rows)
    return pa.StructArray.from_arrays(
        [
            pa.array(np.ones(n, np.int8)),
            pa.nulls(n, pa.int32()),
            pa.nulls(n, pa.list_(pa.int32())),
            pa.array(list(rows), pa.list_(pa.float64())),
        ],
        names=["type", "size", "indices", "values"],
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("photos", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--keras")
    parser.add_argument("--onnx")
    options = parser.parse_args()

    files = sorted(file for file in options.photos.resolve().rglob("*.jpg"))
    paths = [f"file:{file}" for file in files]
    labels = [path.split("/")[-2] for path in paths]
    featurize = featurizer(options)
    pixels = np.stack([preprocess(file.read_bytes()) for file in files])
    features = np.concatenate([featurize(pixels[at : at + 16]) for at in range(0, len(pixels), 16)])
    scaled = standard_scaler(features.astype(np.float64))
    projected = pca(scaled, 2)

    table = pa.table(
        {
            "path": paths,
            "label": labels,
            "features": pa.array(list(features), pa.list_(pa.float32())),
            "scaledFeatures": dense_vectors(scaled),
            "pcaFeatures": dense_vectors(projected),
        }
    )
    (options.result / "parquet").mkdir(parents=True, exist_ok=True)
    pq.write_table(table, options.result / "parquet" / "part-00000.snappy.parquet")
    frame = pd.DataFrame(
        {
            "path": paths,
            "label": labels,
            "features": [row.tolist() for row in features],
            "scaledFeatures": [row.tolist() for row in scaled],
            "pcaFeatures": [row.tolist() for row in projected],
        }
    )
    frame.to_csv(options.result / "result.csv", index=False)


if __name__ == "__main__":
    main()
