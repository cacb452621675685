import { type RecordBatch, RecordBatchStreamWriter } from "apache-arrow";
import {
  Compression,
  EnabledStatistics,
  Table,
  transformParquetStream,
  type RecordBatch as WasmRecordBatch,
  type WriterProperties,
  WriterPropertiesBuilder,
  WriterVersion,
} from "parquet-wasm";

/**
 * Parquet bytes of record batches of `rowsPerGroup` rows (the last may have fewer), in pieces of about a row group. Each
 * batch is pulled, encoded and handed on before the next is asked for: memory is a few row groups, whatever the file.
 *
 * Snappy, no dictionaries, writer version 1: then parquetjs-lite reads it too. Nothing of time or place is written.
 */
export async function* encodeParquet(
  batches: AsyncIterable<RecordBatch>,
  { rowsPerGroup }: { readonly rowsPerGroup: number },
): AsyncGenerator<Uint8Array> {
  const source = batches[Symbol.asyncIterator]();
  let failure: { readonly error: unknown } | undefined;
  const stream = new ReadableStream<WasmRecordBatch>(
    {
      async pull(controller) {
        try {
          const next = await source.next();
          if (next.done === true) controller.close();
          else controller.enqueue(toWasm(next.value));
        } catch (error) {
          failure = { error };
          controller.error(error);
        }
      },
    },
    { highWaterMark: 0 },
  );
  try {
    const pieces: ReadableStream<Uint8Array> = await transformParquetStream(stream, writerProperties(rowsPerGroup));
    for await (const piece of pieces) {
      if (failure !== undefined) break;
      yield piece;
    }
  } catch (error) {
    failure ??= { error };
  } finally {
    await source.return?.();
  }
  // After an error of its source parquet-wasm ends the file as if all rows had come, so it is told apart here.
  if (failure !== undefined) throw failure.error;
}

function writerProperties(rowsPerGroup: number): WriterProperties {
  return new WriterPropertiesBuilder()
    .setCompression(Compression.SNAPPY)
    .setDictionaryEnabled(false)
    .setWriterVersion(WriterVersion.V1)
    .setStatisticsEnabled(EnabledStatistics.None)
    .setColumnStatisticsEnabled("path", EnabledStatistics.Chunk)
    .setColumnStatisticsEnabled("label", EnabledStatistics.Chunk)
    .setMaxRowGroupSize(rowsPerGroup)
    .setCreatedBy("pomona version 1")
    .build();
}

/** A copy in the memory of WebAssembly, which the encoder frees. */
function toWasm(batch: RecordBatch): WasmRecordBatch {
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, batch.schema);
  writer.write(batch);
  writer.finish();
  const table = Table.fromIPCStream(writer.toUint8Array(true));
  try {
    const copy = table.recordBatch(0);
    if (copy === undefined) throw new Error("parquet: a record batch was lost on its way into WebAssembly");
    return copy;
  } finally {
    table.free();
  }
}
