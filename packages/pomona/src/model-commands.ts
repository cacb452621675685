import { featureOptions, machineOptions, modelOptions } from "@pomona/core";
import type { Command } from "commander";
import { addFlagsOf } from "./option-flags.ts";
import type { Surroundings } from "./surroundings.ts";

/** Heading of these commands in `pomona --help`. */
const heading = "After the run:";

const names = (schema: { readonly shape: object }): string[] => Object.keys(schema.shape);
const machines = names(machineOptions);
/** `--model` names a result here; a network of one's own is named by POMONA_MODEL or the configuration file. */
const features = names(featureOptions).filter((name) => name !== "model");
const extra = ["partitions", "columns"];
const judging = [
  "glob",
  "labelFrom",
  "weights",
  "engine",
  "resampler",
  "workers",
  ...machines.filter((n) => n.startsWith("s3")),
];

/** What applies the model of a finished run, and what brings its table up to date. */
export function addModelCommands(
  program: Command,
  surroundings: Surroundings,
  finish: (exitCode: number) => void,
): void {
  const transform = program
    .command("transform")
    .helpGroup(heading)
    .summary("new images to the same table, by the model of an earlier run")
    .description(
      "Computes the features of other images and standardises and projects them by an earlier run's model. Features that would be made in another way are refused, naming what differs.",
    )
    .argument("<input>", "folder of images")
    .option("--model <out>", "result whose model is applied");
  addFlagsOf(addTableFlags(transform), [...features, ...extra, ...machines], "Options, by default the model's own:")
    .addHelpText("after", "\nExample:\n  pomona transform new-photos --model result --out new-result\n")
    .action(async (input, flags) =>
      finish(await (await import("./commands/transform.ts")).transformCommand(input, flags, surroundings)),
    );

  const update = program
    .command("update")
    .helpGroup(heading)
    .summary("bring a result up to date: only new and changed images are decoded")
    .description(
      "Lists the input again, takes over the features of images that are the same, decodes the others, leaves out what is gone, and says whether the earlier model still fits.",
    )
    .argument("<input>", "the input of the earlier run")
    .option("--from <out>", "result of the earlier run")
    .option("--keep-model", "apply the earlier model instead of fitting one");
  addFlagsOf(
    addTableFlags(update),
    [...features, ...names(modelOptions), ...machines],
    "Options, by default those of the earlier run:",
  )
    .addHelpText("after", "\nExample:\n  pomona update photos --from result --out result-of-today\n")
    .action(async (input, flags) =>
      finish(await (await import("./commands/update.ts")).updateCommand(input, flags, surroundings)),
    );

  const classify = program
    .command("classify")
    .helpGroup(heading)
    .summary("label images by the model of a run, with confidence and nearest neighbours")
    .argument("<images...>", "files or folders")
    .option("--model <out>", "result whose model is used")
    .option("--classifier <name>", "knn, centroid or logistic (default: the one that did best in the run)")
    .option("--evaluate", "compare with the labels that the paths have: accuracy of each classifier")
    .option("--explain <file>", "write a page with thumbnails of images and neighbours");
  addFlagsOf(addAnswerFlags(classify), judging, "Options, by default the model's own:")
    .addHelpText(
      "after",
      "\nExamples:\n  pomona classify photo.jpg --model result\n  pomona classify photos --glob '**/r1*' --model result --evaluate\n",
    )
    .action(async (images, flags) =>
      finish(await (await import("./commands/classify.ts")).classifyCommand(images, flags, surroundings)),
    );

  const neighbors = program
    .command("neighbors")
    .helpGroup(heading)
    .summary("the images of a run that are most like another")
    .argument("<image>", "a file")
    .option("--model <out>", "result whose images are compared")
    .option("-n, --count <n>", "how many (default 10)");
  addFlagsOf(addAnswerFlags(neighbors), judging, "Options, by default the model's own:")
    .addHelpText("after", "\nExample:\n  pomona neighbors photo.jpg --model result -n 10\n")
    .action(async (image, flags) =>
      finish(await (await import("./commands/neighbors.ts")).neighborsCommand(image, flags, surroundings)),
    );
}

function addTableFlags(command: Command): Command {
  return addAnswerFlags(command)
    .option("--out <folder>", "where the result goes")
    .option("--overwrite", "delete an earlier result of Pomona in --out first")
    .option("--take-over", "work on an output that another process claims")
    .option(
      "--wait-workers <seconds>",
      "with --redis: how long the pool may have no coordinator or worker (default 10)",
    )
    .option("--notify <url>", "with --redis: gets a POST when the run has ended")
    .option("--home <folder>", "where runs are registered (default: the user's data folder, or POMONA_HOME)")
    .option("--plain", "progress as lines even on a terminal");
}

function addAnswerFlags(command: Command): Command {
  return command
    .option("--config <file>", "options as JSON; flags and environment win")
    .option("--json", "print JSON, errors too");
}
