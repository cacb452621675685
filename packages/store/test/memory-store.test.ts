import { objectStoreContract } from "../../../test/contracts/object-store.ts";
import { MemoryStore } from "../src/memory-store.ts";

objectStoreContract("MemoryStore", async () => ({
  store: new MemoryStore(),
  holdsUndecodableKeys: true,
  close: async () => {},
}));
