export { EmbeddedQueue } from "./embedded-queue.ts";
export { toJobFailure } from "./job-failure.ts";
