import { encodeOnnxModel, type OnnxNode } from "@pomona/onnx";

/** Before 13, Split takes the widths as an attribute. */
const opset = 12;

/** A tile of XᵀX: columns [row, row + rows) of X against columns [column, column + columns). */
export interface Tile {
  readonly name: string;
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

export interface CrossProductModel {
  /** A serialised ONNX ModelProto with the input `x` `[n, d]` and one output per tile. */
  readonly bytes: Uint8Array;
  readonly tiles: readonly Tile[];
}

/**
 * The network that computes the upper triangle of XᵀX: X is split into panels of `panelColumns` columns, and each pair
 * of panels i ≤ j gives one Gemm with transA. Leaving out the lower tiles saves nearly half the work.
 */
export function crossProductModel(d: number, panelColumns: number): CrossProductModel {
  const starts = Array.from({ length: Math.ceil(d / panelColumns) }, (_, i) => i * panelColumns);
  const widths = starts.map((start) => Math.min(panelColumns, d - start));
  const panelNames = starts.map((_, i) => `panel${i}`);
  const tiles = starts.flatMap((row, i) =>
    starts.slice(i).map((column, offset) => {
      const j = i + offset;
      return { name: `tile${i}_${j}`, i, j, row, rows: widths[i], column, columns: widths[j] };
    }),
  );
  const nodes: OnnxNode[] = [
    { operator: "Split", inputs: ["x"], outputs: panelNames, attributes: { axis: 1, split: widths } },
    ...tiles.map(({ name, i, j }) => {
      return { operator: "Gemm", inputs: [panelNames[i], panelNames[j]], outputs: [name], attributes: { transA: 1 } };
    }),
  ];
  const bytes = encodeOnnxModel({
    name: "cross-product",
    opset,
    nodes,
    initializers: [],
    inputs: [{ name: "x", type: "double", shape: ["n", d] }],
    outputs: tiles.map(({ name, rows, columns }) => ({ name, type: "double", shape: [rows, columns] })),
  });
  return { bytes, tiles };
}
