import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { S3Options } from "../src/s3-options.ts";
import { openS3Store } from "../src/s3-store.ts";

const endpoint = "http://127.0.0.1:9";

beforeEach(() => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "key");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  vi.stubEnv("AWS_REGION", "eu-south-1");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  for (const name of ["AWS_SESSION_TOKEN", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"])
    vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

async function lend(key: string, options: S3Options = { endpoint }, path = "bucket/some (folder)") {
  return (await (await openS3Store(path, options)).lendRequest(key))?.request;
}

test("a request is that of the SDK: place, path, checksums, signature", async () => {
  const request = await lend("a b/é+(1)~*'!.jpg");
  expect(request).toMatchObject({ protocol: "http:", hostname: "127.0.0.1", port: 9 });
  expect(request?.path).toBe("/bucket/some%20%28folder%29/a%20b/%C3%A9%2B%281%29~%2A%27%21.jpg?x-id=GetObject");
  expect(request?.headers).toMatchObject({ host: "127.0.0.1:9", "x-amz-checksum-mode": "ENABLED" });
  expect(request?.headers.authorization).toMatch(/Credential=key\/\d{8}\/eu-south-1\/s3\/aws4_request, SignedHeaders=/);
});

test("AWS is spoken to by the name of the bucket, and the requester pays where that was agreed", async () => {
  const request = await lend("a.jpg", { requestPayer: true });
  expect(request).toMatchObject({ protocol: "https:", hostname: "bucket.s3.eu-south-1.amazonaws.com" });
  expect(request?.path).toBe("/some%20%28folder%29/a.jpg?x-id=GetObject");
  expect(request?.headers).toMatchObject({ "x-amz-request-payer": "requester" });
  expect(request?.headers.authorization).toContain("x-amz-request-payer");
});

test("servers that know no checksums are not asked for them", async () => {
  const request = await lend("a.jpg", { endpoint, checksums: "when-required" });
  expect(request?.headers).not.toHaveProperty("x-amz-checksum-mode");
});

test("each is signed for its key and its time, with the token of the session", async () => {
  vi.stubEnv("AWS_SESSION_TOKEN", "token");
  vi.useFakeTimers({ toFake: ["Date"], now: new Date("2026-11-30T23:59:59Z") });
  const store = await openS3Store("bucket", { endpoint });
  const signed = async (key: string) => (await store.lendRequest(key))?.request.headers ?? {};
  const [a, again, b] = [await signed("a"), await signed("a"), await signed("b")];
  expect(a).toMatchObject({ "x-amz-date": "20261130T235959Z", "x-amz-security-token": "token" });
  expect(a).toEqual(again);
  expect(a.authorization).not.toBe(b.authorization);
  vi.setSystemTime(new Date("2026-12-01T00:00:01Z"));
  expect((await signed("a")).authorization).toContain("Credential=key/20261201/");
});

test("none is lent that another process could not send: through a proxy, to S3 Express, of an impossible key", async () => {
  expect(await lend("\udcff")).toBeUndefined();
  expect(await lend("")).toBeUndefined();
  vi.stubEnv("HTTP_PROXY", "http://proxy:3128");
  expect(await lend("a.jpg", { endpoint: "http://storage.example" })).toBeUndefined();
});

test("without credentials there is none, and later there is", async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere");
  vi.stubEnv("AWS_CONFIG_FILE", "/nowhere");
  const store = await openS3Store("bucket", { endpoint });
  await expect(store.lendRequest("a")).rejects.toThrow(/credentials/i);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "key");
  expect(await store.lendRequest("a")).toBeDefined();
});
