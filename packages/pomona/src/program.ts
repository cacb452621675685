import { Command } from "commander";
import { addDashboardCommand } from "./dashboard-command.ts";
import { addModelCommands } from "./model-commands.ts";
import { addConfigFlags, addPlaceFlags } from "./option-flags.ts";
import { addPoolCommands } from "./pool-commands.ts";
import { addRoleCommands } from "./role-commands.ts";
import type { Surroundings } from "./surroundings.ts";
import { version } from "./version.ts";

/** The command line. `finish` receives the exit code of the command that ran. */
export function createProgram(surroundings: Surroundings, finish: (exitCode: number) => void): Command {
  const program = new Command("pomona")
    .description(
      "Images in, features out: MobileNetV2 features of a folder of labelled images, standardised and reduced by PCA, as Parquet.",
    )
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => surroundings.stdout.write(text),
      writeErr: (text) => surroundings.stderr.write(text),
    })
    .showSuggestionAfterError();

  addConfigFlags(
    program
      .command("run")
      .summary("images to a table of features, in this process or by a pool")
      .description(
        "Lists the images of a folder, computes their features, standardises and reduces them, and writes the table. Run the same command again to go on after an interruption.",
      )
      .argument("<input>", "folder of images; the label of an image is its folder")
      .option("--out <folder>", "where the result goes")
      .option("--dry-run", "only count: images, labels, what is left out, estimated time and bytes")
      .option("--check-input", "only compare: what is new, changed or gone since the run in --out listed its input")
      .option("--overwrite", "delete an earlier result of Pomona in --out first")
      .option("--refit", "where only model options differ, make model and table anew; nothing is decoded")
      .option(
        "--wait-workers <seconds>",
        "with --redis: how long the pool may have no coordinator or worker (default 10)",
      )
      .option("--notify <url>", "with --redis: gets a POST when the run has ended")
      .option("--take-over", "work on an output that another process claims")
      .option("--home <folder>", "where runs are registered (default: the user's data folder, or POMONA_HOME)")
      .option("--config <file>", "options as JSON; flags and environment win")
      .option("--json", "print one JSON object as the last line, errors too")
      .option("--plain", "progress as lines even on a terminal"),
  )
    .addHelpText("after", runExamples)
    .action(async (input, flags) =>
      finish(await (await import("./commands/run.ts")).runCommand(input, flags, surroundings)),
    );

  program
    .command("validate")
    .summary("read a result back and check it")
    .description(
      "Reads the table back and checks rows, paths, vectors, scaling, projection, hashes and books. Exit code 0 only if everything holds.",
    )
    .argument("<out>", "the result of a run")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  pomona validate result\n")
    .action(async (out, flags) =>
      finish(await (await import("./commands/validate.ts")).validateCommand(out, flags, surroundings)),
    );

  program
    .command("report")
    .summary("make the report of a result again")
    .description(
      "Writes report.html, report.json and plots/ of a finished result: the map of its images, components, labels, neighbours, near-duplicates, features, times, quarantine. Nothing else is changed.",
    )
    .argument("<out>", "the result of a run")
    .option("--open", "show it in the browser")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  pomona report result --open\n")
    .action(async (out, flags) =>
      finish(await (await import("./commands/report.ts")).reportCommand(out, flags, surroundings)),
    );

  program
    .command("compare")
    .summary("compare two results, or one with the notebook's own table")
    .description(
      "Compares two tables by path: features, components up to their sign, the angle between their spaces, labels. Each is a result of pomona run, a folder of Parquet files as Spark writes it, or a .parquet or .csv file; file:/, file:/// and s3a:// are understood. Exit code 0 only if nothing differs by more than the tolerances.",
    )
    .argument("<a>", "a table")
    .argument("<b>", "another")
    .option("--tolerance <x>", "how far features may be apart (default 1e-4)")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  pomona compare result notebook/Results/parquet\n")
    .action(async (a, b, flags) =>
      finish(await (await import("./commands/compare.ts")).compareCommand(a, b, flags, surroundings)),
    );

  addPlaceFlags(program.command("demo"))
    .summary("the whole job on 300 sample photos, or on drawings where there are none")
    .description(
      "Runs, validates and draws the result of 300 sample photos (../shared/data) or 300 drawings of fruit, into ./pomona-demo. With --redis a pool does it.",
    )
    .option("--photos <location>", "with --redis: the first 300 images of this folder or s3:// prefix")
    .option("--out <location>", "with --redis: where drawings, result and picture go (default pomona-demo)")
    .option("--open", "show the report at the end")
    .option("--json", "print one JSON object as the last line")
    .option("--plain", "progress as lines even on a terminal")
    .addHelpText("after", "\nExample:\n  pomona demo --open\n")
    .action(async (flags) => finish(await (await import("./commands/demo.ts")).demoCommand(surroundings, flags)));

  program
    .command("doctor")
    .summary("what this machine can do, and what a million images would take")
    .description(
      "Looks at Node, cores, memory, engines, weights and disks, measures a second of each engine, and reckons hours and dollars for a million images.",
    )
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  pomona doctor\n")
    .action(async (flags) => finish(await (await import("./commands/doctor.ts")).doctorCommand(surroundings, flags)));

  program
    .command("parity")
    .summary("compare this build's numbers with those of Pillow, Keras, NumPy and scikit-learn")
    .description(
      "Recomputes what the notebook's libraries computed and prints the largest difference at each stage. Exit code 0 only if all are within tolerance.",
    )
    .option("--photos <folder>", "the photos that the references were computed from")
    .option("--weights <file>", "the Keras .h5 weights that the references were computed with")
    .option("--json", "print one JSON object")
    .addHelpText("after", "\nExample:\n  pomona parity --photos ../shared/data/fruits/Test\n")
    .action(async (flags) => finish(await (await import("./commands/parity.ts")).parityCommand(flags, surroundings)));

  addModelCommands(program, surroundings, finish);
  addRoleCommands(program, surroundings, finish);
  addPoolCommands(program, surroundings, finish);
  addDashboardCommand(program, surroundings, finish);

  return program;
}

const runExamples = `
Examples:
  pomona run photos --out result                        features and 2 components of every photo
  pomona run photos --out result --variance 0.95        as many components as explain 95 %
  pomona run photos --out result --components 5 --refit other components, nothing is decoded again
  pomona run photos --out result --label-from '^(?<label>[^_/]+)'
  pomona run photos --out result --redis redis://host:6379   by a pool; Ctrl-C leaves it running
  pomona run photos --dry-run                           what would be taken

Every option is also an environment variable (POMONA_BATCH_SIZE) and a key of --config ("batchSize").
Exit codes: 0 done, 1 failed, 2 wrong request, 3 too many unreadable images, 130 interrupted.
`;
