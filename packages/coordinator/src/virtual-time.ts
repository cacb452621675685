/** Images that a run hands out for one tick of its time. */
const imagesPerTick = 64;

/** The turns of one run: what its next job's priority is. */
export interface Turns {
  /** Priority of a job of so many images; the run's time goes on by them. */
  take(images: number): number;
  /** The run hands out no more. */
  end(): void;
}

/**
 * Fair queueing of runs by virtual time (Demers, Keshav, Shenker 1989): a run's time goes on with the images it hands
 * out, the smallest time is served first, and a run that begins starts at the smallest time of those that are active. So
 * a small run beside a big one gets every second turn instead of waiting for its end.
 */
export class VirtualTime {
  readonly #active = new Set<{ time: number }>();
  #latest = 0;

  begin(): Turns {
    const run = { time: this.#now() };
    this.#active.add(run);
    return {
      take: (images) => {
        const priority = Math.floor(run.time);
        run.time += images / imagesPerTick;
        this.#latest = Math.max(this.#latest, priority);
        return priority;
      },
      end: () => {
        this.#active.delete(run);
      },
    };
  }

  /** With no run active time stands still: jobs of ended runs may still wait. */
  #now(): number {
    if (this.#active.size === 0) return this.#latest;
    return Math.min(...Array.from(this.#active, ({ time }) => time));
  }
}
