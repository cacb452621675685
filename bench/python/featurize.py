"""The same job as a plain Python script, as strong as it is easily made: the yardstick of `npm run bench -- --python`.

Two processes (one a core), each with its own onnxruntime session of one thread on the same network; Pillow decodes and
resizes; scikit-learn standardises and projects in double, by the fastest of its exact solvers (its default for two
components is a randomised one, whose numbers are approximations); pyarrow writes the same table and a CSV. The result
is written once, at the end; nothing can be resumed, bad files end it, and no books are kept.

python featurize.py PHOTOS OUT MODEL.onnx [--processes 2] [--batch 8]   prints one JSON object
"""

import argparse
import csv
import json
import multiprocessing
import time
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

SIDE = 224
session = None


def load(model: str) -> None:
    """Once a process."""
    global session
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def featurize(paths: list[str]) -> np.ndarray:
    """[n, 1280] of n files. The network takes bytes; it normalises them itself."""
    pixels = np.empty((len(paths), SIDE, SIDE, 3), np.uint8)
    for i, path in enumerate(paths):
        with Image.open(path) as image:
            pixels[i] = np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC))
    return session.run(None, {"pixels": pixels})[0]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("photos", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("model")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--svd-solver", default="covariance_eigh")
    options = parser.parse_args()

    # A child is a copy of this process, so it need not import anything.
    pool = multiprocessing.get_context("fork").Pool(options.processes, load, (options.model,))
    featurizing = time.perf_counter()
    paths = sorted(str(path) for path in options.photos.resolve().rglob("*.jpg"))
    batches = [paths[at : at + options.batch] for at in range(0, len(paths), options.batch)]
    results = pool.imap(featurize, batches)
    # Imported while the processes are already at work.
    import pyarrow as pa
    import pyarrow.parquet as pq
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler

    features = np.concatenate(list(results))
    featurized = time.perf_counter()
    pool.close()

    scaled = StandardScaler().fit_transform(features.astype(np.float64))
    projected = PCA(n_components=2, svd_solver=options.svd_solver).fit_transform(scaled)
    labels = [Path(path).parent.name for path in paths]

    def vectors(rows: np.ndarray) -> pa.FixedSizeListArray:
        return pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), rows.shape[1])

    table = pa.table(
        {
            "path": [f"file://{path}" for path in paths],
            "label": labels,
            "features": vectors(features),
            "scaledFeatures": vectors(scaled.astype(np.float32)),
            "pcaFeatures": vectors(projected),
        }
    )
    (options.out / "parquet").mkdir(parents=True, exist_ok=True)
    pq.write_table(table, options.out / "parquet" / "part-00000.parquet", compression="snappy", use_dictionary=False)
    with open(options.out / "result.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "label", "pca_1", "pca_2"])
        writer.writerows(zip(paths, labels, *projected.T.tolist()))
    seconds = {"featurizing": featurized - featurizing, "rest": time.perf_counter() - featurized}
    print(json.dumps({"images": len(paths), "seconds": seconds}))


if __name__ == "__main__":
    main()
