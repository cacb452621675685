// Makes the buckets that are missing at an S3 server, and tries to write to the last of them, which takes the results. Exit code 1, and what to do, where that fails.
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadBucketCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";

const [endpoint, ...buckets] = process.argv.slice(2);
const results = buckets.at(-1);
const client = new S3Client({ endpoint, forcePathStyle: true });

async function ensureBucket(Bucket) {
  try {
    await client.send(new HeadBucketCommand({ Bucket }));
  } catch (error) {
    if (error.$metadata?.httpStatusCode !== 404) throw error;
    await client.send(new CreateBucketCommand({ Bucket }));
  }
}

async function tryWriting(Bucket) {
  const object = { Bucket, Key: "_write-test" };
  await client.send(new PutObjectCommand({ ...object, Body: new Uint8Array() }));
  await client.send(new DeleteObjectCommand(object));
}

try {
  for (const bucket of buckets) await ensureBucket(bucket);
} catch (error) {
  fail(`the buckets ${buckets.join(", ")} are not at ${endpoint}: ${error.message}`, "");
}
try {
  await tryWriting(results);
} catch (error) {
  fail(
    `the bucket ${results} cannot be written to: ${error.message}`,
    "Its folder on the host must belong to the user of the S3 server: put POMONA_UID and POMONA_GID, as `id -u` and `id -g` print them, into .env, or name another folder with POMONA_RESULTS.",
  );
}
process.stdout.write(`buckets ${buckets.join(", ")} are ready\n`);

function fail(message, remedy) {
  process.stderr.write(`Error: ${message}\n${remedy}\n`);
  process.exit(1);
}
