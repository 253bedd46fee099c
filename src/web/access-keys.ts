import * as z from "zod";
import type { HttpAnswer } from "../ports.ts";

/**
 * The keys with which Cloudflare Access signs, of one team, as an isolate remembers them. They rotate every six weeks, and
 * the old one stays valid for seven days:
 * https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/
 */

const path = "/cdn-cgi/access/certs";
/** They are fetched anew after this long, so that one that was revoked does not stay. */
const freshMs = 12 * 3_600_000;
/** While they cannot be fetched, the ones that are known are believed for this long. */
const believedMs = 24 * 3_600_000;
/** Strangers may name any key: it is looked for once a minute at most. */
const tryEveryMs = 60_000;
/** Two are usual. */
const mostKeys = 20;

const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;
const answered = z.object({ keys: z.array(z.unknown()).max(mostKeys) });
const rsaKey = z.object({
  kid: z.string().min(1).max(200),
  kty: z.literal("RSA"),
  n: z.string().max(2_000),
  e: z.string().max(20),
});

export type FoundKey = CryptoKey | "unknown" | "unreachable";

/** What a search for a key needs of the request that it is made for. */
export interface KeyPorts {
  now(): number;
  fetchKeys(url: string): Promise<HttpAnswer>;
  /** Lets the fetching go on when the asker has hung up, since others may wait for it. */
  keepAlive(work: Promise<unknown>): void;
}

export class AccessKeys {
  #origin = "";
  #keys: ReadonlyMap<string, CryptoKey> = new Map();
  #fetchedAt = -Infinity;
  #triedAt = -Infinity;
  #fetching: Promise<void> = Promise.resolve();

  async find(kid: string, origin: string, ports: KeyPorts): Promise<FoundKey> {
    if (origin !== this.#origin) this.#begin(origin);
    const now = ports.now();
    const isFresh = now - this.#fetchedAt < freshMs;
    const known = this.#keys.get(kid);
    if (known !== undefined && isFresh) return known;
    if (now - this.#triedAt >= tryEveryMs) {
      this.#triedAt = now;
      this.#fetching = this.#fetch(origin, ports);
      ports.keepAlive(this.#fetching);
    }
    await this.#fetching;
    if (now - this.#fetchedAt >= believedMs) return "unreachable";
    return this.#keys.get(kid) ?? "unknown";
  }

  #begin(origin: string): void {
    this.#origin = origin;
    this.#keys = new Map();
    this.#fetchedAt = -Infinity;
    this.#triedAt = -Infinity;
  }

  /** Never rejects: what cannot be fetched leaves what is known. */
  async #fetch(origin: string, ports: KeyPorts): Promise<void> {
    const keys = await readKeys(`${origin}${path}`, ports).catch(() => undefined);
    if (keys === undefined || origin !== this.#origin) return;
    this.#keys = keys;
    this.#fetchedAt = ports.now();
  }
}

async function readKeys(url: string, ports: KeyPorts): Promise<ReadonlyMap<string, CryptoKey> | undefined> {
  const { status, body } = await ports.fetchKeys(url);
  if (status !== 200 || body === undefined) return undefined;
  const keys = new Map<string, CryptoKey>();
  for (const candidate of answered.parse(JSON.parse(body)).keys) {
    const parsed = rsaKey.safeParse(candidate);
    if (!parsed.success) continue;
    const { kid, kty, n, e } = parsed.data;
    keys.set(kid, await crypto.subtle.importKey("jwk", { kty, n, e }, algorithm, false, ["verify"]));
  }
  return keys.size === 0 ? undefined : keys;
}

export async function isSignedBy(key: CryptoKey, signature: Uint8Array, signed: string): Promise<boolean> {
  return crypto.subtle.verify(algorithm, key, signature, new TextEncoder().encode(signed));
}
