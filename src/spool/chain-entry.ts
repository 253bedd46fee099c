import { createHash, createHmac, hkdfSync } from "node:crypto";
import type { Stream } from "./lanes.ts";

/** What the chain says of one batch that a destination accepted. It has no record in it. */
export interface Acceptance {
  readonly dataset: string;
  readonly stream: Stream;
  /** Id of the batch. */
  readonly id: string;
  /** RFC 3339. */
  readonly at: string;
  /** How many of the batch's records the destination accepted. */
  readonly records: number;
  /** SHA-256 over those records as they were sent, each followed by a line feed: 64 hex digits. */
  readonly digest: string;
  /** The same over the first of them alone, its first 16 hex digits: by it a batch is found in an archive. */
  readonly first: string;
}

export interface ChainEntry extends Acceptance {
  /** 1, 2, …: without a gap in a chain. */
  readonly seq: number;
  /** Id of the key that made `mac`; null when there was none. */
  readonly key: string | null;
  /** HMAC-SHA256 over the `mac` before and everything else in this entry: 64 hex digits. */
  readonly mac: string;
}

/** Where a chain stands: the last entry. */
export type ChainHead = Pick<ChainEntry, "seq" | "mac">;

/** A chain's own name. `generation` differs for each life of a chain: sequences begin again after a destination was forgotten. */
export interface ChainName {
  readonly tenant: string;
  readonly destination: string;
  readonly generation: string;
}

/** What the first entry is linked to. */
export const beginning: ChainHead = { seq: 0, mac: "0".repeat(64) };

const derivation = "kandji-forwarder chain key";
const naming = "kandji-forwarder chain key id";
const idLength = 8;

/** Makes links. Prints as its id alone: the key itself is in no answer. */
export class ChainKey {
  /** For an installation without any secret: links are then plain hashes, which everybody can make. */
  static readonly none = new ChainKey("");
  /** Tells keys apart and does not lead to the key; null for none. */
  readonly id: string | null;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.id = text === "" ? null : sha256(naming + text).slice(0, idLength);
  }

  /** A key of its own from a token that is used for something else too (HKDF, RFC 5869), as hex digits. */
  static derivedFrom(token: string): ChainKey {
    return new ChainKey(Buffer.from(hkdfSync("sha256", token, "", derivation, 32)).toString("hex"));
  }

  /** The `mac` of an entry that follows `before`. */
  link(chain: ChainName, before: string, entry: Omit<ChainEntry, "mac">): string {
    return createHmac("sha256", this.#text)
      .update(`${before}\n${canonical(chain, entry)}`)
      .digest("hex");
  }
}

/** One text for one meaning: a JSON array without spaces, so that it can be made by hand too. Every link names its chain. */
function canonical({ tenant, destination, generation }: ChainName, entry: Omit<ChainEntry, "mac">): string {
  const { seq, dataset, stream, id, at, records, digest, first, key } = entry;
  const fields = [tenant, destination, generation, seq, dataset, stream, id, at, records, digest, first, key];
  return JSON.stringify(fields);
}

/** `digest` and `first` of records as they are sent; `lines` are the same records, each followed by a line feed. */
export function evidenceOf(
  texts: readonly string[],
  lines = `${texts.join("\n")}\n`,
): Pick<Acceptance, "records" | "digest" | "first"> {
  return { records: texts.length, digest: sha256(lines), first: firstOf(sha256(`${texts[0] ?? ""}\n`)) };
}

/** The part of a line's SHA-256 that stands in `first`. */
export const firstOf = (digest: string): string => digest.slice(0, 16);

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
