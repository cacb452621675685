import { afterEach, beforeEach, describe } from "vitest";
import { consumersContract } from "./job-queue-consumers.ts";
import { jobsContract } from "./job-queue-jobs.ts";
import { type JobQueueHarness, QueueScene } from "./queue-scene.ts";

/** Runs the contract of `JobQueue` against one implementation. */
export function jobQueueContract(name: string, makeHarness: () => Promise<JobQueueHarness>): void {
  describe(`${name} keeps the job queue contract`, () => {
    const scene = new QueueScene();
    beforeEach(() => scene.open(makeHarness));
    afterEach(() => scene.close());

    jobsContract(scene);
    consumersContract(scene);
  });
}
