import type { Command } from "commander";
import type { PlainOperation } from "./api/pool-operations.ts";
import { addConfigFlags, addPlaceFlags } from "./option-flags.ts";
import type { Surroundings } from "./surroundings.ts";

/** Heading of these commands in `pomona --help`. */
const heading = "The pool:";

const operations: Readonly<Record<PlainOperation, string>> = {
  pause: "hand out no more batches of a run",
  resume: "go on with a paused run",
  cancel: "end a run; what is stored stays",
};

/** Commands for whoever uses a pool; its roles are commands of their own. */
export function addPoolCommands(
  program: Command,
  surroundings: Surroundings,
  finish: (exitCode: number) => void,
): void {
  addConfigFlags(
    withHome(program.command("submit"))
      .helpGroup(heading)
      .summary("leave a run to the pool and print its id")
      .description("Checks input and output, records the run for the pool's coordinator, and prints its id.")
      .argument("<input>", "folder or s3:// prefix of images, as the whole pool reaches it")
      .option("--out <folder>", "where the result goes")
      .option("--overwrite", "delete an earlier result of Pomona in --out first")
      .option("--refit", "where only model options differ, make model and table anew; nothing is decoded")
      .option("--notify <url>", "gets a POST when the run has ended")
      .option("--config <file>", "options as JSON; flags and environment win"),
  )
    .addHelpText(
      "after",
      "\nExample:\n  pomona submit s3://bucket/photos --out s3://bucket/result --redis redis://host:6379\n",
    )
    .action(async (input, flags) =>
      finish(await (await import("./commands/submit.ts")).submitCommand(input, flags, surroundings)),
    );

  addPlaceFlags(withHome(program.command("status")))
    .helpGroup(heading)
    .summary("how far a run is, or who is alive in the pool")
    .description("Shows one run, or the pool with its newest runs. Without Redis it shows what the store says.")
    .argument("[run]", "id of a run")
    .option("--watch", "show every change until the run is over, and exit as it did")
    .addHelpText("after", "\nExamples:\n  pomona status\n  pomona status 20260131-120000-abc123 --watch\n")
    .action(async (run, flags) =>
      finish(await (await import("./commands/status.ts")).statusCommand(run, flags, surroundings)),
    );

  addPlaceFlags(withHome(program.command("runs")))
    .helpGroup(heading)
    .summary("the runs of the home, newest first")
    .description("Lists the runs that are registered in the home: state, images, age, input and output.")
    .option("--last <n>", "at most so many (default 50)")
    .addHelpText("after", "\nExample:\n  pomona runs --home s3://bucket/pomona\n")
    .action(async (flags) => finish(await (await import("./commands/runs.ts")).runsCommand(flags, surroundings)));

  for (const [operation, summary] of Object.entries(operations) as [PlainOperation, string][]) {
    addPlaceFlags(withHome(program.command(operation)))
      .helpGroup(heading)
      .summary(summary)
      .description(`Writes into the run's log that it is to ${operation}; whoever drives it follows that.`)
      .argument("<run>", "id of a run; pomona runs lists them")
      .addHelpText("after", `\nExample:\n  pomona ${operation} 20260131-120000-abc123\n`)
      .action(async (run, flags) =>
        finish(await (await import("./commands/operate.ts")).operateCommand(operation, run, flags, surroundings)),
      );
  }

  addPlaceFlags(withHome(program.command("retry")))
    .helpGroup(heading)
    .summary("go on with a failed run, or try the quarantined images of a finished one again")
    .description(
      "A failed or cancelled run goes on where it stopped. Of a finished run, quarantined images are read again as they are now, and another generation of the result is made; the present one stays until then. Images that still cannot be read stay in quarantine.",
    )
    .argument("<run>", "id of a run; pomona runs lists them")
    .option("--path <paths...>", "of a finished run: only these images, as quarantine.csv names them")
    .option("--reason <reasons...>", "of a finished run: only images in quarantine for these reasons")
    .addHelpText(
      "after",
      "\nExamples:\n  pomona retry 20260131-120000-abc123\n  pomona retry 20260131-120000-abc123 --reason truncated changed\n",
    )
    .action(async (run, flags) =>
      finish(await (await import("./commands/retry.ts")).retryCommand(run, flags, surroundings)),
    );

  addPlaceFlags(program.command("clean"))
    .helpGroup(heading)
    .summary("remove what a finished run no longer needs")
    .description(
      "Removes stored features, moments and unpublished tables of a finished run. Its result, batches and log stay; a later refit takes the features from the table.",
    )
    .argument("<out>", "the result of a run")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  pomona clean s3://bucket/result\n")
    .action(async (out, flags) =>
      finish(await (await import("./commands/clean.ts")).cleanCommand(out, flags, surroundings)),
    );
}

function withHome(command: Command): Command {
  return command
    .option("--home <folder>", "where runs are registered (default: the pool's, or POMONA_HOME)")
    .option("--json", "print JSON");
}
