export interface ThumbnailRequest {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly maxPixels: number;
}

export interface ThumbnailAnswer {
  readonly id: number;
  /** A JPEG; undefined where nothing can be seen. */
  readonly picture: Uint8Array | undefined;
}
