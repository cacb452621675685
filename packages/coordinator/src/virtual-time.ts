/** Images that a run hands out for one tick of its time. */
const imagesPerTick = 64;

/** Priorities end at 2,097,150 in BullMQ: long before that, at 67 million images, time is set back. */
const setBackAt = 2 ** 20;

/** Told by how much the priorities of all jobs that wait are to be lowered, to 0 at most. */
export type SetBackListener = (ticks: number) => void;

/** The turns of one run: what its next job's priority is. */
export interface Turns {
  /** Priority of a job of so many images; the run's time goes on by them. */
  take(images: number): number;
  /** A job of this priority, as it is by now, has ended. */
  served(priority: number): void;
  onSetBack(listener: SetBackListener): () => void;
  /** The run hands out no more. */
  end(): void;
}

/**
 * Start-time fair queueing of runs (Goyal, Vin, Cheng 1996): a run's time goes on with the images it hands out, the
 * smallest time is served first, and a run that begins, or had nothing to hand out, goes on at the time that is being
 * served. So a small run is not behind the jobs of a big one that wait already, and then gets every second turn. Only
 * differences of time matter, so that of all runs is set back together before it becomes too large.
 */
export class VirtualTime {
  readonly #active = new Set<{ time: number }>();
  readonly #setBackListeners = new Set<SetBackListener>();
  /** The latest that was served: a straggler that ends late does not set it back. Without jobs it stands still. */
  #served = 0;

  begin(): Turns {
    const run = { time: this.#served };
    this.#active.add(run);
    return {
      take: (images) => {
        run.time = Math.max(run.time, this.#served);
        if (run.time >= setBackAt) this.#setBack();
        const priority = Math.floor(run.time);
        run.time += images / imagesPerTick;
        return priority;
      },
      served: (priority) => {
        this.#served = Math.max(this.#served, priority);
      },
      onSetBack: (listener) => {
        this.#setBackListeners.add(listener);
        return () => this.#setBackListeners.delete(listener);
      },
      end: () => {
        this.#active.delete(run);
      },
    };
  }

  /** To the time that is being served; but where that was left far behind, by a pause, half of the way. */
  #setBack(): void {
    const ticks = Math.floor(Math.max(this.#served, setBackAt / 2));
    for (const run of this.#active) run.time = Math.max(0, run.time - ticks);
    this.#served = Math.max(0, this.#served - ticks);
    for (const listener of this.#setBackListeners) listener(ticks);
  }
}
