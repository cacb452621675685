export { ReducePool, type ReducePoolOptions } from "./reduce-pool.ts";
export { type ReduceJob, type ReduceOptions, runReduceJob } from "./run-reduce-job.ts";
export { type Reducer, type ReducerOptions, startReducer } from "./start-reducer.ts";
