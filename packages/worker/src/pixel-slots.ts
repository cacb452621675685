import { closeSharedFile, openSharedFile } from "./shared-file.ts";

/** Places for one image's pixels each, in a file that the processes of a pool share. Their number bounds its size. */
export class PixelSlots {
  /** Of the file. */
  readonly descriptor = openSharedFile();
  readonly #free: number[] = [];
  #count = 0;

  /** Makes them at least so many. */
  provide(count: number): void {
    for (; this.#count < count; this.#count++) this.#free.push(this.#count);
  }

  get hasFree(): boolean {
    return this.#free.length > 0;
  }

  /** Undefined where none is free. The last one given back comes first: its memory is warm. */
  take(): number | undefined {
    return this.#free.pop();
  }

  giveBack(slot: number): void {
    this.#free.push(slot);
  }

  close(): void {
    closeSharedFile(this.descriptor);
  }
}
