import * as z from "zod";
import type { ChainEntry, ChainHead } from "../../src/spool/chain-entry.ts";
import { CannotCheck } from "./cannot-check.ts";

/** Manifests as `GET /tenants/:tenant/chain` gives them. */

const format = "kandji-forwarder-chain/";
const readable = `${format}1`;
/** So far into a file a manifest has said what it is, also when another program has set it anew. */
export const headBytes = 512;

export interface Manifest {
  readonly file: string;
  readonly tenant: string;
  readonly destination: string;
  /** Null while nothing was delivered. */
  readonly generation: string | null;
  /** When it was given, RFC 3339. */
  readonly at: string;
  readonly before: ChainHead;
  readonly entries: readonly ChainEntry[];
  readonly head: ChainHead;
}

const hex = (digits: number) => z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`));
const head = z.object({ seq: z.int().nonnegative(), mac: hex(64) });
const entry = z.object({
  seq: z.int().positive(),
  dataset: z.string(),
  stream: z.enum(["live", "history", "redriven"]),
  id: z.string(),
  at: z.string(),
  records: z.int().positive(),
  digest: hex(64),
  first: hex(16),
  key: hex(8).nullable(),
  mac: hex(64),
});
const document = z.object({
  format: z.literal(readable),
  tenant: z.string(),
  at: z.string(),
  manifests: z.array(
    z.object({
      destination: z.string(),
      generation: z.string().nullable(),
      before: head,
      entries: z.array(entry),
      head,
    }),
  ),
});

/** Whether a file that begins so is a manifest, and not records. */
export const isManifest = (beginning: string): boolean =>
  new RegExp(`^\\s*\\{[^{]*"format"\\s*:\\s*"${format}`).test(beginning);

/** Reads one file: a manifest for each destination. Throws `CannotCheck` when it is not whole or not in the known shape. */
export function readManifests(file: string, text: string): Manifest[] {
  const parsed = document.safeParse(valueOf(file, text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join(".") ?? "";
    throw new CannotCheck(
      `Cannot read the manifest ${file}: ${where} is not what ${readable} has there. Fetch it again, or use the verify-chain of the version that it came from`,
    );
  }
  const { tenant, at, manifests } = parsed.data;
  return manifests.map((manifest) => ({ file, tenant, at, ...manifest }));
}

function valueOf(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new CannotCheck(
      `Cannot read the manifest ${file}: it is not whole JSON. The answer may have broken off: fetch it again`,
    );
  }
}
