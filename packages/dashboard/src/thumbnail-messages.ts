export interface ThumbnailRequest {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly maxPixels: number;
}

export interface ThumbnailAnswer {
  /** 0 when the process is ready. */
  readonly id: number;
  /** A JPEG; undefined where nothing can be seen. */
  readonly picture: Uint8Array | undefined;
}
