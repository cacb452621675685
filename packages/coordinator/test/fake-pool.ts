import { createHash } from "node:crypto";
import {
  type Batch,
  type BundleFile,
  type BundleJob,
  batchHash,
  type CsvJob,
  decodeBatch,
  decodeGenerationRequest,
  decodeShard,
  encodeJson,
  encodeModel,
  encodeShard,
  type FitJob,
  fingerprintHash,
  type Job,
  type JobQueue,
  type JobResult,
  MissingObjectError,
  type MomentsJob,
  mergeShards,
  type ObjectStore,
  outputLayout,
  type PartBooks,
  PomonaError,
  type PreviewJob,
  type ProjectJob,
  type ReportJob,
  type RestoreJob,
  type RetryJob,
  readRetriedLayers,
  retryFilter,
  runLayout,
  type Shard,
} from "@pomona/core";
import { fingerprint } from "../../../test/fixtures/fingerprint.ts";

/**
 * Workers and reducers that do no arithmetic but keep the protocol: they write every file that the coordinator reads,
 * each a function of the listing and the request alone. Images with `bad` in their key go into quarantine.
 */
export class FakePool {
  /** Jobs done, by kind; those whose result was there already are not counted. */
  readonly made: Record<string, number> = {};
  /** Keys of bad images that can be read when they are tried again. */
  readonly repaired = new Set<string>();
  readonly #out: ObjectStore;
  readonly #queue: JobQueue;

  constructor(queue: JobQueue, out: ObjectStore, { concurrency = 2 } = {}) {
    this.#out = out;
    this.#queue = queue;
    queue.consume("features", (job) => this.do(job), { concurrency });
    queue.consume("reduce", (job) => this.do(job), { concurrency });
  }

  async do(job: Job): Promise<JobResult> {
    const handlers: Record<Job["kind"], (job: never) => Promise<JobResult>> = {
      features: ({ run, batch }: { run: string; batch: number }) => this.featurize(run, batch),
      retry: (job) => this.retry(job),
      restore: (job) => this.restore(job),
      moments: (job) => this.moments(job),
      preview: (job) => this.preview(job),
      fit: (job) => this.fit(job),
      project: (job) => this.project(job),
      train: async () => nothing,
      compare: async () => nothing,
      bundle: (job) => this.bundle(job),
      drift: () => {
        throw new Error("no run of these tests updates another");
      },
      csv: (job) => this.csv(job),
      report: (job) => this.report(job),
    };
    return handlers[job.kind](job as never);
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  async report(_: ReportJob): Promise<JobResult> {
    await this.#make(outputLayout.report, "report", Buffer.from("<html>"));
    return { rows: 0, quarantined: 0, decoded: 0 };
  }

  async featurize(run: string, ordinal: number): Promise<JobResult> {
    const names = runLayout(run);
    await this.#out.putIfAbsent(names.fingerprint, encodeJson(fingerprint));
    const batch = decodeBatch(await this.#out.get(names.batch(ordinal)), names.batch(ordinal));
    const shard = shardOf(batch);
    const created = (await this.#out.putIfAbsent(names.shard(ordinal), encodeShard(shard))) === "created";
    if (created) this.#count("features");
    const { index, quarantined } = shard;
    return { rows: index.length, quarantined: quarantined.length, decoded: created ? batch.images.length : 0 };
  }

  /** Images whose key is in `repaired` can be read by now. */
  async retry({ run, generation, batch: ordinal }: RetryJob): Promise<JobResult> {
    const names = runLayout(run);
    const batch = decodeBatch(await this.#out.get(names.batch(ordinal)), names.batch(ordinal));
    const request = decodeGenerationRequest(await this.#out.get(names.generation(generation).request), "request");
    const isChosen = retryFilter(request.retry ?? {});
    const [before] = await this.#shards(run, ordinal, ordinal + 1, generation - 1);
    const tried = before.quarantined.filter(({ index, reason }) => isChosen({ key: batch.images[index].key, reason }));
    const isRead = ({ index }: { index: number }) => this.repaired.has(batch.images[index].key);
    const index = Uint32Array.from(tried.filter(isRead), (image) => image.index);
    const quarantined = tried.filter((image) => !isRead(image));
    const shard = { ...before, index, features: new Float32Array(2 * index.length), quarantined };
    await this.#make(names.retriedShard(ordinal, generation), "retry", encodeShard(shard));
    return { rows: index.length, quarantined: quarantined.length, decoded: index.length };
  }

  async restore({ run, generation, part, from, to }: RestoreJob): Promise<JobResult> {
    const names = runLayout(run);
    await this.#out.get(names.generation(generation).part(part));
    for (let ordinal = from; ordinal < to; ordinal++) {
      const batch = decodeBatch(await this.#out.get(names.batch(ordinal)), names.batch(ordinal));
      await this.#make(names.shard(ordinal), "restore", encodeShard(shardOf(batch)));
    }
    return { rows: 0, quarantined: 0, decoded: 0 };
  }

  async moments({ run, generation, group, from, to }: MomentsJob): Promise<JobResult> {
    const rows = (await this.#shards(run, from, to, generation)).reduce((sum, { index }) => sum + index.length, 0);
    await this.#make(runLayout(run).generation(generation).moments(group), "moments", encodeJson({ rows }));
    return { rows, quarantined: 0, decoded: 0 };
  }

  async preview({ run, generation, groups }: PreviewJob): Promise<JobResult> {
    let rows = 0;
    for (let group = 0; group < groups; group++) {
      const stored = await this.#out.get(runLayout(run).generation(generation).moments(group));
      rows += (JSON.parse(Buffer.from(stored).toString()) as { readonly rows: number }).rows;
    }
    this.#count("preview");
    return { rows, quarantined: 0, decoded: 0, explainedVariance: [0.5, 0.25] };
  }

  async fit({ run, generation }: FitJob): Promise<JobResult> {
    const names = runLayout(run).generation(generation);
    const { model } = decodeGenerationRequest(await this.#out.get(names.request), names.request);
    const components = model.components ?? 1;
    for (const name of ["scaler.json", "pca.json"]) {
      await this.#out.putIfAbsent(names.modelFile(name), encodeJson({ name, components }));
    }
    const zeros = (n: number) => new Float64Array(n);
    const file = encodeModel({
      generation,
      count: 1,
      dimension: 2,
      components,
      rank: 2,
      mean: zeros(2),
      std: zeros(2),
      constantColumns: [],
      loadings: zeros(2 * components),
      eigenvalues: zeros(2),
      explainedVariance: zeros(components),
      warnings: [],
    });
    await this.#make(names.model, "fit", file);
    return { rows: components, quarantined: 0, decoded: 0 };
  }

  async project({ run, generation, part, from, to }: ProjectJob): Promise<JobResult> {
    const names = runLayout(run);
    const labels: Record<string, number> = {};
    const quarantined: PartBooks["quarantined"] = [];
    const paths: string[] = [];
    for (const shard of await this.#shards(run, from, to, generation)) {
      const { images } = decodeBatch(await this.#out.get(names.batch(shard.batch)), "batch");
      for (const i of shard.index) {
        paths.push(images[i].key);
        labels[images[i].label] = (labels[images[i].label] ?? 0) + 1;
      }
      for (const { index, stage, reason, detail } of shard.quarantined) {
        const { key, label } = images[index];
        quarantined.push({ key, label, stage, reason, detail });
      }
    }
    const made = names.generation(generation);
    const { model } = decodeGenerationRequest(await this.#out.get(made.request), made.request);
    const body = Buffer.from(`${model.components} components\n${paths.join("\n")}\n`);
    const rows = paths.length;
    const books: PartBooks = {
      name: "pomona.part-books",
      version: 1,
      part,
      from,
      to,
      listed: rows + quarantined.length,
      rows,
      bytes: body.length,
      sha256: createHash("sha256").update(body).digest("hex"),
      labels,
      quarantined,
    };
    await this.#out.putIfAbsent(made.part(part), body);
    await this.#make(made.partBooks(part), "project", encodeJson(books));
    return { rows, quarantined: 0, decoded: 0 };
  }

  async bundle({ run, generation }: BundleJob): Promise<JobResult> {
    const { modelFile } = runLayout(run).generation(generation);
    await this.#make(modelFile("bundle.json"), "bundle", encodeJson(bundleFile));
    return { rows: 0, quarantined: 0, decoded: 0 };
  }

  async csv({ run, generation, part, flavour }: CsvJob): Promise<JobResult> {
    const names = runLayout(run).generation(generation);
    await this.#make(names.csv(part, flavour), "csv", await this.#out.get(names.part(part)));
    return { rows: 0, quarantined: 0, decoded: 0 };
  }

  async #shards(run: string, from: number, to: number, generation: number): Promise<Shard[]> {
    const names = runLayout(run);
    const layers = await readRetriedLayers(this.#out, run, generation);
    const shards: Shard[] = [];
    for (let batch = from; batch < to; batch++) {
      const touching = layers.filter(({ batches }) => batches.has(batch));
      const keys = touching.map((layer) => names.retriedShard(batch, layer.generation));
      const [base, ...retried] = await Promise.all([names.shard(batch), ...keys].map((key) => this.#shard(key)));
      shards.push(mergeShards(base, retried));
    }
    return shards;
  }

  async #shard(key: string): Promise<Shard> {
    try {
      return decodeShard(await this.#out.get(key), key);
    } catch (error) {
      if (error instanceof MissingObjectError) throw new PomonaError("missing-shard", `${key} is gone`);
      throw error;
    }
  }

  async #make(key: string, kind: string, body: Uint8Array): Promise<void> {
    if ((await this.#out.putIfAbsent(key, body)) === "created") this.#count(kind);
  }

  #count(kind: string): void {
    this.made[kind] = (this.made[kind] ?? 0) + 1;
  }
}

const nothing: JobResult = { rows: 0, quarantined: 0, decoded: 0 };

/** Of a bundle that holds what the fit wrote. */
export const bundleFile: BundleFile = {
  name: "pomona.bundle",
  version: 1,
  dimension: 2,
  components: 1,
  preparation: { resampler: "pillow", filter: "bicubic", exifRotate: false, maxPixels: 1, maxBytes: 1 },
  files: ["scaler.json", "pca.json"].map((name) => ({ name, bytes: 1, sha256: "" })),
};

function shardOf(batch: Batch): Shard {
  const good = [...batch.images.keys()].filter((i) => !batch.images[i].key.includes("bad"));
  const bad = [...batch.images.keys()].filter((i) => batch.images[i].key.includes("bad"));
  return {
    run: batch.run,
    batch: batch.ordinal,
    batchHash: batchHash(batch),
    fingerprint: fingerprintHash(fingerprint),
    index: Uint32Array.from(good),
    features: Float32Array.from({ length: good.length * 2 }, (_, i) => i),
    dimension: 2,
    quarantined: bad.map((index) => ({ index, stage: "decode", reason: "truncated", detail: "premature end" })),
  };
}
