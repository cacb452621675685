import type { RowProducts } from "./row-products.ts";

type Product = "withWeights" | "withResiduals";

interface Request {
  readonly product: Product;
  /** c × d weights, or n × c residuals. */
  readonly values: Float64Array;
  readonly classes: number;
  resolve(result: Float64Array): void;
  reject(error: unknown): void;
}

/**
 * Lets several computations that take the same steps, such as fits to parts of the same rows, share each product: going
 * through the rows is what takes the time. A product is made when every member has asked for it or is released, so each
 * member must take its steps without waiting for another one. `products` is not released.
 */
export function shareRowProducts(products: RowProducts, members: number): RowProducts[] {
  const { rows, dimension } = products;
  let active = members;
  let requests: Request[] = [];

  function flush(): void {
    if (requests.length === 0 || requests.length < active) return;
    const together = requests;
    requests = [];
    multiply(products, together).catch((error: unknown) => {
      for (const { reject } of together) reject(error);
    });
  }

  const member = (): RowProducts => {
    const ask = (product: Product, values: Float64Array, classes: number): Promise<Float64Array> =>
      new Promise((resolve, reject) => {
        requests.push({ product, values, classes, resolve, reject });
        flush();
      });
    return {
      rows,
      dimension,
      withWeights: (weights, classes) => ask("withWeights", weights, classes),
      withResiduals: (residuals, classes) => ask("withResiduals", residuals, classes),
      async release() {
        active -= 1;
        flush();
      },
    };
  };
  return Array.from({ length: members }, member);
}

async function multiply(products: RowProducts, requests: readonly Request[]): Promise<void> {
  const product = requests[0].product;
  if (requests.some((request) => request.product !== product)) {
    throw new Error("row products: those who share them ask for different ones at the same time");
  }
  const classes = requests.reduce((sum, request) => sum + request.classes, 0);
  const { rows: n } = products;
  if (product === "withWeights") {
    const all = await products.withWeights(stacked(requests), classes);
    forEachSpan(requests, ({ resolve, classes: c }, first) => resolve(columns(all, n, classes, first, c)));
  } else {
    const all = await products.withResiduals(sideBySide(requests, n, classes), classes);
    const d = products.dimension;
    forEachSpan(requests, ({ resolve, classes: c }, first) => resolve(all.slice(first * d, (first + c) * d)));
  }
}

function forEachSpan(requests: readonly Request[], use: (request: Request, first: number) => void): void {
  let first = 0;
  for (const request of requests) {
    use(request, first);
    first += request.classes;
  }
}

/** c × d matrices, one below the other. */
function stacked(requests: readonly Request[]): Float64Array {
  const result = new Float64Array(requests.reduce((sum, { values }) => sum + values.length, 0));
  let at = 0;
  for (const { values } of requests) {
    result.set(values, at);
    at += values.length;
  }
  return result;
}

/** n × c matrices, one beside the other. */
function sideBySide(requests: readonly Request[], n: number, classes: number): Float64Array {
  const result = new Float64Array(n * classes);
  forEachSpan(requests, ({ values, classes: c }, first) => {
    for (let row = 0; row < n; row++) result.set(values.subarray(row * c, (row + 1) * c), row * classes + first);
  });
  return result;
}

/** `count` columns of an n × c matrix. */
function columns(matrix: Float64Array, n: number, classes: number, first: number, count: number): Float64Array {
  const result = new Float64Array(n * count);
  for (let row = 0; row < n; row++) {
    const start = row * classes + first;
    result.set(matrix.subarray(start, start + count), row * count);
  }
  return result;
}
