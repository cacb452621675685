import { randomBytes } from "node:crypto";
import {
  checkReachable,
  type EarlierRun,
  type GivenModel,
  identifyProcess,
  type OpenOutputOptions,
  preflight,
  requireDeletion,
} from "@pomona/coordinator";
import { type Config, makeRunId, type ObjectStore } from "@pomona/core";
import { FolderStore, type OpenStoreOptions, s3OptionsOf } from "@pomona/store";
import { describeSkipped, type Images, openImages, openPlace } from "./places.ts";
import { version } from "./version.ts";

/** A request for a run in the words of a person. */
export interface OutputRequest {
  readonly input: string;
  readonly out: string;
  /** Where runs are registered. */
  readonly home: string;
  readonly config: Config;
  readonly cwd: string;
  readonly submittedBy: string;
  readonly overwrite?: boolean | undefined;
  readonly refit?: boolean | undefined;
  readonly takeOver?: boolean | undefined;
  /** Applied instead of fitting one. */
  readonly given?: GivenModel | undefined;
  /** The finished run whose features are taken over where an image is the same. */
  readonly update?: EarlierRun | undefined;
}

export interface PreparedOutput {
  /** What `openOutput` takes, with patient stores. */
  readonly options: Omit<OpenOutputOptions, "drives" | "notify">;
  /** The images of the input, as a patient store lists them. */
  readonly images: Images;
}

/** What processes that died in the middle of a write left behind is removed after this long. */
const leftoverMs = 60_000;

/**
 * Opens the places of a request and looks whether they can be used, for {@link openOutput} to decide what it amounts to.
 * `images` is to be closed. Throws {@link UsageError} for what the person got wrong.
 */
export async function prepareOutput(
  request: OutputRequest,
  stores: {
    readonly patient: (store: ObjectStore) => ObjectStore;
    readonly onSkip?: OpenStoreOptions["onSkip"];
    /** Throws where a new run could not be done; a finished or refitted one may. */
    readonly beforeBegin?: () => Promise<void>;
  },
): Promise<PreparedOutput> {
  const { config, cwd, submittedBy, overwrite = false, refit = false, takeOver = false, given, update } = request;
  const { features, machine } = config;
  const { patient, onSkip } = stores;
  const s3 = s3OptionsOf(machine);
  const bareInput = await openPlace(request.input, cwd, "input", { s3, ...(onSkip && { onSkip }) });
  const bareOut = await openPlace(request.out, cwd, "output", { s3 });
  const home = patient(await openPlace(request.home, cwd, "home", { s3 }));
  const [input, out] = [patient(bareInput), patient(bareOut)];
  if (bareOut instanceof FolderStore) await bareOut.sweepTemporary({ olderThanMs: leftoverMs });
  const images = await openImages({ input, out, features, cwd, s3 });
  // What is wrong must show at once here, so nothing is patient. A list of keys is read without asking the input.
  const bare =
    features.keysFrom === undefined ? await openImages({ input: bareInput, out: bareOut, features, cwd, s3 }) : images;
  await checkReachable(bareOut);
  return {
    images,
    options: {
      home,
      input,
      out,
      config,
      newRun: makeRunId(new Date(), randomBytes(6)),
      owner: await identifyProcess(),
      submittedBy,
      pomona: version,
      overwrite,
      refit,
      takeOver,
      given,
      update,
      now: () => new Date(),
      // Its mark and files that the new one has not, or the stored features, are to be removed.
      beforeReplace: () => requireDeletion(bareOut),
      async beforeBegin() {
        await stores.beforeBegin?.();
        await preflight({
          input: bareInput,
          out: bareOut,
          source: bare.source,
          describeSkipped: () => describeSkipped(bare.skipped),
          deletes: overwrite,
        });
        if (machine.discardShards) await requireDeletion(bareOut);
        await bare.check();
      },
    },
  };
}
