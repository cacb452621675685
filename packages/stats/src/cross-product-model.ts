import { bytesField, type Field, varintField } from "./protobuf.ts";

/** Numbers of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (IR version 7 came with operator set 12). */
const IR_VERSION = 7;
const OPERATOR_SET = 12;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;
const DOUBLE = 11;

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
  const nodes = [
    node("Split", ["x"], panelNames, [intAttribute("axis", 1), intsAttribute("split", widths)]),
    ...tiles.map(({ name, i, j }) => node("Gemm", [panelNames[i], panelNames[j]], [name], [intAttribute("transA", 1)])),
  ];
  const graph = [
    ...nodes.map((fields) => bytesField(1, fields)),
    bytesField(2, "cross-product"),
    bytesField(11, tensor("x", [dimension("n"), dimension(d)])),
    ...tiles.map(({ name, rows, columns }) => bytesField(12, tensor(name, [dimension(rows), dimension(columns)]))),
  ];
  const model = [
    varintField(1, IR_VERSION),
    bytesField(7, graph),
    bytesField(8, [bytesField(1, ""), varintField(2, OPERATOR_SET)]),
  ];
  return { bytes: Uint8Array.from(model.flat()), tiles };
}

function node(operator: string, inputs: readonly string[], outputs: readonly string[], attributes: Field[][]): Field[] {
  return [
    ...inputs.map((name) => bytesField(1, name)),
    ...outputs.map((name) => bytesField(2, name)),
    bytesField(4, operator),
    ...attributes.map((attribute) => bytesField(5, attribute)),
  ];
}

function intAttribute(name: string, value: number): Field[] {
  return [bytesField(1, name), varintField(3, value), varintField(20, ATTRIBUTE_INT)];
}

function intsAttribute(name: string, values: readonly number[]): Field[] {
  return [bytesField(1, name), ...values.map((value) => varintField(8, value)), varintField(20, ATTRIBUTE_INTS)];
}

function dimension(size: number | string): Field {
  return bytesField(1, [typeof size === "number" ? varintField(1, size) : bytesField(2, size)]);
}

function tensor(name: string, dimensions: readonly Field[]): Field[] {
  const shape = bytesField(2, dimensions);
  return [bytesField(1, name), bytesField(2, [bytesField(1, [varintField(1, DOUBLE), shape])])];
}
