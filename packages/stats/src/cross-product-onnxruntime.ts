import type { CrossProduct } from "./cross-product.ts";
import { crossProductModel, type Tile } from "./cross-product-model.ts";
import { packedLength, packedRowStart } from "./packed-triangle.ts";

export interface OnnxruntimeCrossProductOptions {
  /** Columns of a row; the session is made for this d and refuses another. */
  dimension: number;
  /** Threads of one product. Two processes scale better than two threads. Default 1. */
  threads?: number;
  /** Columns of a panel: small ones waste less of the diagonal tiles, large ones call fewer products. Default 256. */
  panelColumns?: number;
}

/** A cross product in onnxruntime's double Gemm; `release` frees the session. */
export interface OnnxruntimeCrossProduct {
  readonly crossProduct: CrossProduct;
  release(): Promise<void>;
}

/** Opens a session for {@link CrossProduct}: double precision throughout, bit-stable over the number of threads. */
export async function createOnnxruntimeCrossProduct({
  dimension,
  threads = 1,
  panelColumns = 256,
}: OnnxruntimeCrossProductOptions): Promise<OnnxruntimeCrossProduct> {
  // Only who makes moments pays for loading the native library: readers of a finished run import this package too.
  const { InferenceSession, Tensor } = await import("onnxruntime-node");
  const { bytes, tiles } = crossProductModel(dimension, panelColumns);
  const session = await InferenceSession.create(bytes, {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  // Outputs are written into tensors made once: a block allocates nothing.
  const fetches = Object.fromEntries(
    tiles.map(({ name, rows, columns }) => [
      name,
      new Tensor("float64", new Float64Array(rows * columns), [rows, columns]),
    ]),
  );
  const product = new Float64Array(packedLength(dimension));

  async function crossProduct(block: Float64Array, n: number, d: number): Promise<Float64Array> {
    if (d !== dimension) throw new RangeError(`cross product: made for ${dimension} columns, got ${d}`);
    const x = new Tensor("float64", block.subarray(0, n * d), [n, d]);
    const results = await session.run({ x }, fetches);
    for (const tile of tiles) copyTile(tile, results[tile.name].data as Float64Array, product, d);
    return product;
  }

  return { crossProduct, release: () => session.release() };
}

/** Copies the part of a tile that lies on or above the diagonal into the packed triangle. */
function copyTile(tile: Tile, values: Float64Array, packed: Float64Array, d: number): void {
  const { row, rows, column, columns } = tile;
  for (let i = 0; i < rows; i++) {
    const first = row === column ? i : 0;
    const target = packedRowStart(row + i, d) + (column + first) - (row + i);
    packed.set(values.subarray(i * columns + first, (i + 1) * columns), target);
  }
}
