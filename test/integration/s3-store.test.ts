import { openStore } from "@pomona/store";
import { describe } from "vitest";
import { objectStoreContract } from "../contracts/object-store.ts";
import { startVersitygw, versitygw } from "../support/versitygw.ts";

describe.skipIf(versitygw === undefined)("S3Store on versitygw", () => {
  objectStoreContract("S3Store", async () => {
    const server = await startVersitygw();
    Object.assign(process.env, server.env);
    await server.createBucket("bucket");
    const store = await openStore("s3://bucket/some/prefix", { cwd: "/", s3: { endpoint: server.endpoint } });
    // It ignores EncodingType=url, and XML has no place for most control characters.
    return { store, holdsUndecodableKeys: false, unlistable: /\u0001/, close: server.close };
  });
});
