import type { Destination, Grant } from "../destinations/destination.ts";
import type { Ports } from "../ports.ts";
import type { Secret } from "../secret.ts";
import { authorize, type Granting } from "./send.ts";

/** A token is asked for anew this long before it ends: what is sent with it has to arrive before. */
const marginMs = 5 * 60_000;

interface NotGranted extends Pick<Granting, "retryAfter" | "answer"> {
  readonly verdict: Exclude<Grant, { kind: "granted" }>;
}

/** The token that an intake wants with each request, where it wants one. Kept in memory only: another life asks for its own. */
export class Pass {
  readonly #ports: Ports;
  readonly #destination: Destination;
  #token: Secret | undefined;
  #endsAt = 0;
  #isProven = false;

  constructor(ports: Ports, destination: Destination) {
    this.#ports = ports;
    this.#destination = destination;
  }

  /** One has to be asked for before a request can be made. */
  get isMissing(): boolean {
    return this.#destination.authorization !== undefined && this.#ports.now() >= this.#endsAt;
  }

  get token(): Secret | undefined {
    return this.#token;
  }

  /** Asks for one: the answer where it was not granted. */
  async ask(): Promise<NotGranted | undefined> {
    const granting = await authorize(this.#ports, this.#destination);
    if (granting === undefined) return undefined;
    const { grant, ...said } = granting;
    if (grant.kind !== "granted") return { verdict: grant, ...said };
    this.#token = grant.token;
    this.#isProven = false;
    // One that lives shorter than the margin is used for half of its life, lest it be asked for before each request.
    this.#endsAt = this.#ports.now() + Math.max(grant.expiresInMs - marginMs, grant.expiresInMs / 2);
    return undefined;
  }

  /** True where a request was refused for a token that had been taken before: it may have been withdrawn, and another may be given. */
  isStale(status: number): boolean {
    if (this.#token === undefined) return false;
    if (status !== 401) {
      this.#isProven = true;
      return false;
    }
    const wasProven = this.#isProven;
    this.#token = undefined;
    this.#endsAt = 0;
    return wasProven;
  }
}
