import { expect, test } from "vitest";
import { batchesInFlightFor } from "../src/batches-in-flight.ts";

test.each([
  { workers: 1, decoders: 0, batches: 2 },
  { workers: 2, decoders: 0, inferBatch: 4, batches: 2 },
  { workers: 16, decoders: 0, inferBatch: 4, batches: 3 },
  { workers: 2, decoders: 2, inferBatch: 4, batches: 3 },
  { workers: 16, decoders: 16, batches: 5 },
  { workers: 16, decoders: 16, inferBatch: 512, batches: 11 },
])("$workers processes, $decoders decoders: $batches batches", ({ batches, ...pool }) => {
  expect(batchesInFlightFor(pool)).toBe(batches);
});
