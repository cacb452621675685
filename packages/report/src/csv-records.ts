const quote = 0x22;
const newline = 0x0a;

/**
 * Counts the records of a CSV file (RFC 4180) that comes in pieces, its header among them: line breaks inside quotes end
 * no record, and the last record needs none.
 */
export async function countCsvRecords(pieces: AsyncIterable<Uint8Array>): Promise<number> {
  let records = 0;
  let quoted = false;
  let last = newline;
  for await (const piece of pieces) {
    for (const byte of piece) {
      // A doubled quote inside quotes ends and begins them again, which comes to the same.
      if (byte === quote) quoted = !quoted;
      else if (byte === newline && !quoted) records += 1;
      last = byte;
    }
  }
  return last === newline ? records : records + 1;
}
