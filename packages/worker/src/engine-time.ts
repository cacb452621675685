/** What one engine did since its call before. Where it waits long, decoding or storage keeps it from its work. */
export interface EngineTime {
  /** Milliseconds of the call. */
  readonly busyMs: number;
  /** Milliseconds that it waited although there were images. */
  readonly waitMs: number;
}
