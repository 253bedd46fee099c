import type { ChainEntry, ChainHead } from "../../src/spool/chain-entry.ts";

/** What `GET /tenants/:tenant/chain` answers. */
export interface ManifestFile {
  format: string;
  tenant: string;
  at: string;
  manifests: {
    destination: string;
    generation: string | null;
    before: ChainHead;
    entries: ChainEntry[];
    head: ChainHead;
  }[];
}
