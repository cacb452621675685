import { DataType } from "apache-arrow";

/** Type of a column in the words of the table's documentation. */
export function columnType(type: DataType): string {
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return "string";
  if (DataType.isFloat(type)) return ["halffloat", "float", "double"][type.precision] ?? String(type);
  if (DataType.isFixedSizeList(type)) return `fixed_size_list<${columnType(type.valueType)}>[${type.listSize}]`;
  if (DataType.isList(type)) return `list<${columnType(type.valueType)}>`;
  return String(type).toLowerCase();
}
