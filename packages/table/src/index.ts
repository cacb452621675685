export { encodeParquet } from "./encode-parquet.ts";
export { type OpenParquet, openParquet } from "./open-parquet.ts";
export { type ExtraColumn, type TableRows, type TableShape, tableSchema, toRecordBatch } from "./table-schema.ts";
