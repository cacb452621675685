"""Writes packages/report/goldens/stats.json: what NumPy and scikit-learn say of matrices that anyone can make again.

    python3 -m venv .venv && .venv/bin/pip install -r test/parity/requirements-stats.txt
    .venv/bin/python test/parity/make_stats_goldens.py

The matrices are integers made by a hash and divided by a power of two, so they are exact in float32 and the same to the
bit here and in packages/stats/src/reproducible-matrix.ts (their sha256 is in the file). Arrays are float64, base64.
"""

import base64
import hashlib
import json
import pathlib
import re

import numpy as np
import sklearn
from sklearn.decomposition import PCA

MATRICES = {
    "tall": {"rows": 2000, "columns": 1280, "factors": 8, "noise": 2000, "seed": 1, "constantColumns": [17, 901]},
    "wide": {"rows": 40, "columns": 1280, "factors": 8, "noise": 2000, "seed": 2, "constantColumns": [5]},
    "small": {"rows": 500, "columns": 16, "factors": 3, "noise": 500, "seed": 3, "constantColumns": []},
}
SHARES = [0.8, 0.9, 0.95]
COMPONENTS = 3


def signed_bytes(stream, count):
    """MurmurHash3's 32-bit finaliser of a counter, its top byte less 128."""
    with np.errstate(over="ignore"):
        x = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(stream)
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x85EBCA6B)
        x ^= x >> np.uint32(13)
        x *= np.uint32(0xC2B2AE35)
        x ^= x >> np.uint32(16)
    return (x >> np.uint32(24)).astype(np.int64) - 128


def matrix(rows, columns, factors, noise, seed, constantColumns):
    stream = seed * 1000003
    strengths = np.arange(factors, 0, -1, dtype=np.int64)
    z = signed_bytes(stream + 1, rows * factors).reshape(rows, factors) * strengths
    f = signed_bytes(stream + 2, factors * columns).reshape(factors, columns)
    e = signed_bytes(stream + 3, rows * columns).reshape(rows, columns)
    offset = signed_bytes(stream + 4, columns)
    x = z @ f + noise * e + 1000 * offset
    x[:, constantColumns] = 1000 * offset[constantColumns]
    x *= np.left_shift(1, np.arange(columns) % 5)
    assert np.abs(x).max() < 2**24
    return (x / 4096).astype(np.float32)


def encode(array):
    return base64.b64encode(np.ascontiguousarray(array, dtype="<f8").tobytes()).decode()


def golden(spec):
    stored = matrix(**spec)
    x = stored.astype(np.float64)
    mean = x.mean(axis=0)
    std = x.std(axis=0, ddof=1)
    varying = np.setdiff1d(np.arange(spec["columns"]), spec["constantColumns"])
    std[spec["constantColumns"]] = 0
    scaled = (x[:, varying] - mean[varying]) / std[varying]
    values, vectors = np.linalg.eigh(scaled.T @ scaled / (len(x) - 1))
    values = values[::-1]
    ratios = values / len(varying)
    components = np.zeros((COMPONENTS, spec["columns"]))
    components[:, varying] = vectors[:, ::-1].T[:COMPONENTS]
    for row in components:
        row *= np.sign(row[np.argmax(np.abs(row))])

    second = PCA(svd_solver="full").fit(scaled)
    several = min(20, len(second.explained_variance_ratio_))
    difference = np.abs(second.explained_variance_ratio_[:several] - ratios[:several]).max()
    assert difference < 1e-12, difference
    return {
        **spec,
        "sha256": hashlib.sha256(stored.astype("<f4").tobytes()).hexdigest(),
        "mean": encode(mean),
        "std": encode(std),
        "eigenvalues": encode(values),
        "components": encode(components),
        "componentsForVariance": [
            {"variance": share, "k": int(np.searchsorted(np.cumsum(ratios), share) + 1)} for share in SHARES
        ],
        "scikitLearnRatios": encode(second.explained_variance_ratio_[:several]),
    }


def main():
    target = pathlib.Path(__file__).parents[2] / "packages/report/goldens/stats.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    goldens = {
        "name": "pomona.goldens.stats",
        "version": 1,
        "madeWith": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
        "matrices": {name: golden(spec) for name, spec in MATRICES.items()},
    }
    # Lists of numbers on one line, as the repository's formatter has them.
    text = re.sub(r"\[[\s\d,]*\]", lambda match: re.sub(r"\s+", " ", match[0]).replace("[ ", "[").replace(" ]", "]"),
                  json.dumps(goldens, indent=2))
    target.write_text(text + "\n")
    print(target, target.stat().st_size)
    for name, each in goldens["matrices"].items():
        print(name, each["componentsForVariance"], np.frombuffer(base64.b64decode(each["eigenvalues"]))[:10])


main()
