/**
 * A path as every program writes it: `file:/a`, `file:///a` and `/a` are one file, `s3a://` and `s3n://` are Hadoop's
 * names for `s3://`.
 */
export function normalPath(path: string): string {
  return path
    .replace(/^file:\/*/, "file:///")
    .replace(/^\/+/, "file:///")
    .replace(/^s3[an]:\/\//, "s3://");
}
