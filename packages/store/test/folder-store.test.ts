import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { objectStoreContract } from "../../../test/contracts/object-store.ts";
import { FolderStore, type FolderStoreOptions } from "../src/folder-store.ts";

const refuseLinks: FolderStoreOptions["link"] = async () => {
  throw Object.assign(new Error("EPERM: operation not permitted, link"), { code: "EPERM", syscall: "link" });
};

const cases: Record<string, FolderStoreOptions> = {
  FolderStore: {},
  "FolderStore without hard links": { link: refuseLinks },
};

for (const [name, options] of Object.entries(cases)) {
  objectStoreContract(name, async () => {
    const folder = await mkdtemp(join(tmpdir(), "pomona-store-"));
    return {
      // The root itself is made by the first put.
      store: new FolderStore(join(folder, "made", "root"), options),
      holdsUndecodableKeys: true,
      // Listing does not depend on links.
      manyObjects: options.link === undefined ? 2500 : 500,
      close: () => rm(folder, { recursive: true }),
    };
  });
}
