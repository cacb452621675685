import type { Command } from "commander";
import { addApiFlags } from "./api/api-flags.ts";
import { addFlagsOf, addPlaceFlags } from "./option-flags.ts";
import { roleDefaults } from "./roles/role-defaults.ts";
import type { Surroundings } from "./surroundings.ts";

/** Heading of these commands in `pomona --help`. */
const heading = "The pool:";

/** The long-running processes of a pool. Each runs until it is told to stop. */
export function addRoleCommands(
  program: Command,
  surroundings: Surroundings,
  finish: (exitCode: number) => void,
): void {
  addApiFlags(addRoleFlags(program.command("coordinator")))
    .helpGroup(heading)
    .summary("list inputs, hand out batches, publish results, for all runs of a home")
    .description(
      "Drives every unfinished run of its home, those of an earlier coordinator too. It can be stopped and killed at any time: what it knows is in the store.",
    )
    .option("--home <location>", "folder or s3:// prefix where runs are registered (default: POMONA_HOME)")
    .addHelpText(
      "after",
      "\nExample:\n  pomona coordinator --redis redis://host:6379 --home s3://bucket/pomona\n  curl localhost:9464/backlog\n",
    )
    .action(async (flags) =>
      finish(await (await import("./roles/coordinator-role.ts")).coordinatorRole(flags, surroundings)),
    );

  addFlagsOf(
    addRoleFlags(program.command("worker")),
    ["workers", "decoders", "device", "inferBatch", "weights"],
    "How it works:",
  )
    .helpGroup(heading)
    .summary("images to features, for the runs of a pool")
    .description(
      "Takes batches from the pool until it is told to stop; the home of the pool is told by its coordinator. Any number of them may come and go.",
    )
    .option("--batches-in-flight <n>", "batches that are fetched and computed at the same time (default: by --workers)")
    .addHelpText("after", "\nExample:\n  pomona worker --redis redis://host:6379 --workers 4\n")
    .action(async (flags) => finish(await (await import("./roles/worker-role.ts")).workerRole(flags, surroundings)));

  addRoleFlags(program.command("reducer"))
    .helpGroup(heading)
    .summary("features to models and tables, for the runs of a pool")
    .description("Takes groups, fits and parts of tables from the pool until it is told to stop.")
    .option("--processes <n>", "jobs at the same time, each in a process of its own (default: usable cores)")
    .addHelpText("after", "\nExample:\n  pomona reducer --redis redis://host:6379\n")
    .action(async (flags) => finish(await (await import("./roles/reducer-role.ts")).reducerRole(flags, surroundings)));
}

function addRoleFlags(command: Command): Command {
  const { grace, healthHost, healthPort, logLevel } = roleDefaults;
  return addFlagsOf(addPlaceFlags(command), ["logLevel"], "How it is told:", { logLevel })
    .option("--config <file>", "options as JSON; flags and environment win")
    .option("--grace <seconds>", `after SIGTERM: finish, or else hand back, what is in hand (default ${grace})`)
    .option("--health-port <port>", `serves /healthz, /readyz and /metrics; 0 for none (default ${healthPort})`)
    .option("--health-host <host>", `address that it listens on; 0.0.0.0 for all (default ${healthHost})`);
}
