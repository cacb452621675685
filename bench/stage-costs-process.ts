import { measureStageCosts, type StageCosts, type StageCostsOptions } from "./stage-costs.ts";

// Entry of a process that measures once it is told to, so that several do it at the same time.

export type ToStageCosts = StageCostsOptions;
export type FromStageCosts = StageCosts;

process.once("message", async (options: ToStageCosts) => {
  const costs: FromStageCosts = await measureStageCosts(options);
  process.send?.(costs, () => process.disconnect());
});
