/**
 * One forwarder and the world around it, as a stranger has them: secrets go in, the cron fires, HTTP answers come out, and
 * the two ends (Kandji and the intakes) keep the evidence. Nothing here knows how the forwarder is made.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "../simulator/account.ts";
import type { SimulatedIntake } from "../simulator/intake.ts";
import type { SimulatedKandji } from "../simulator/kandji.ts";
import { startWorker, type WorkerProcess } from "../simulator/worker-process.ts";
import { World, type WorldAddresses, type WorldPlan } from "../simulator/world.ts";

export type Secrets = Readonly<Record<string, string>>;

/** `GET /status/:tenant`, as far as the contract promises it. */
export interface TenantStatus {
  readonly id: string;
  readonly health: string;
  readonly problems: readonly Problem[];
  readonly datasets: readonly {
    readonly name: string;
    readonly collected: number;
    readonly backfill: { readonly state: string; readonly percent: number };
  }[];
  readonly destinations: readonly DestinationStatus[];
}

export interface DestinationStatus {
  readonly name: string;
  readonly health: string;
  readonly collected: number;
  readonly delivered: number;
  readonly pending: number;
  readonly skipped: number;
  readonly dead: number;
}

export interface Problem {
  readonly code: string;
  readonly subject: string;
  readonly message: string;
  readonly fix: string;
}

export interface Status {
  readonly health: string;
  readonly problems: readonly Problem[];
  readonly tenants: readonly TenantStatus[];
}

export interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly accept?: string;
  /** The whole `Authorization` header; that of the admin by default, none for null. */
  readonly authorization?: string | null;
}

export const adminToken = "admin-token-of-the-outside-tests";
/** What an installation may begin with besides its secrets. */
export interface Beginnings {
  /** The sources of another version. */
  readonly project?: string;
  /** A folder of storage that another installation has left, or an empty one. */
  readonly state?: string;
  /** The world's ports from this one on, where addresses must be those of before. */
  readonly ports?: number;
}

/** What is polled for at each turn of a condition. */
const everyMs = 50;

/** Waits for a condition; says what it waited for, and what it last saw, when it does not come true. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  holds: (seen: T) => boolean,
  withinMs = 30_000,
) {
  const end = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > end)
      throw new Error(`Waited ${withinMs / 1000} s for: ${what}. Last seen: ${JSON.stringify(seen)}`);
    await sleep(everyMs);
  }
}

export class Installation {
  readonly world: World;
  readonly addresses: WorldAddresses;
  readonly worker: WorkerProcess;
  readonly #close: () => Promise<void>;
  #slot = 0;

  private constructor(world: World, addresses: WorldAddresses, worker: WorkerProcess, close: () => Promise<void>) {
    this.world = world;
    this.addresses = addresses;
    this.worker = worker;
    this.#close = close;
  }

  /** The world stands before the secrets are written: they name its addresses. */
  static async start(
    plan: WorldPlan,
    secretsFor: (addresses: WorldAddresses) => Secrets,
    { project, state, ports }: Beginnings = {},
  ): Promise<Installation> {
    const world = new World(plan);
    const served = await world.serve({ base: ports });
    try {
      const worker = await startWorker({ secrets: secretsFor(served.addresses), minutes: 10, project, state });
      return new Installation(world, served.addresses, worker, () => served.close());
    } catch (error) {
      await served.close();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.worker.stop();
    await this.#close();
  }

  kandji(tenant = "acme"): SimulatedKandji {
    const kandji = this.world.kandji.get(tenant);
    if (kandji === undefined) throw new Error(`The world has no tenant ${tenant}`);
    return kandji;
  }

  intake(name: string): SimulatedIntake {
    const intake = this.world.intakes.get(name);
    if (intake === undefined) throw new Error(`The world has no intake ${name}`);
    return intake;
  }

  account(intake: string, tenant = "acme"): Account {
    const account = this.world.accounts().find((one) => one.intake === intake && one.tenant === tenant);
    if (account === undefined) throw new Error(`There is no account of ${tenant} at ${intake}`);
    return account;
  }

  /** The next firing: at the present second, and at least one second after the last, so that `every: "1s"` polls at each. */
  async fire(): Promise<string> {
    this.#slot = Math.max(this.#slot + 1000, Math.floor(Date.now() / 1000) * 1000);
    return this.worker.fireCron(this.#slot);
  }

  /** Fires without waiting for the firing to end: it may be killed before. */
  beginFiring(): void {
    this.fire().catch(() => "killed");
  }

  async ask(path: string, { method = "GET", body, accept = "application/json", authorization }: Asked = {}) {
    const headers = new Headers({ accept });
    const given = authorization === undefined ? `Bearer ${adminToken}` : authorization;
    if (given !== null) headers.set("authorization", given);
    if (body !== undefined) headers.set("content-type", "application/json");
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return fetch(this.worker.url + path, { method, headers, redirect: "manual", ...sent });
  }

  async json<T>(path: string, asked: Asked = {}): Promise<T> {
    const answer = await this.ask(path, asked);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${asked.method ?? "GET"} ${path} answers ${answer.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  async status(): Promise<Status> {
    return this.json<Status>("/status");
  }

  /** Of this moment, while `/status` shows what the tenant last reported. */
  async tenant(id = "acme"): Promise<TenantStatus> {
    return this.json<TenantStatus>(`/status/${id}`);
  }

  async destination(name: string, tenant = "acme"): Promise<DestinationStatus> {
    const { destinations } = await this.tenant(tenant);
    const found = destinations.find((one) => one.name === name);
    if (found === undefined) throw new Error(`The status of ${tenant} has no destination ${name}`);
    return found;
  }

  /** Fires the cron until nothing is lost at these intakes and nothing waits, by what the two ends know. */
  async settled(intakes: readonly string[], { withinMs = 60_000, tenant = "acme" } = {}): Promise<void> {
    let firedAt = 0;
    const look = async () => {
      if (Date.now() - firedAt > 1000) {
        firedAt = Date.now();
        await this.fire();
      }
      const { destinations } = await this.tenant(tenant);
      const pending = destinations.filter(({ name }) => intakes.includes(name)).map((one) => one.pending);
      return { pending, lost: intakes.map((name) => this.account(name, tenant).lost) };
    };
    await until(
      `everything of ${tenant} at ${intakes.join(" and ")}`,
      look,
      ({ pending, lost }) => [...pending, ...lost].every((count) => count === 0) && pending.length === intakes.length,
      withinMs,
    );
  }
}

/** A tenant secret for a simulated tenant: polled at each firing, unless it says otherwise. */
export function tenantSecret(addresses: WorldAddresses, tenant = "acme", more: object = {}): string {
  const datasets = { "audit-events": { every: "1s" } };
  return JSON.stringify({ apiUrl: addresses.kandji[tenant], token: tokenOf(tenant), datasets, ...more });
}

export function webhookSecret(addresses: WorldAddresses, name: string, more: object = {}): string {
  return JSON.stringify({ type: "webhook", url: addresses.intakes[name], ...more });
}

/** Kandji's tokens are UUIDs; this one is recognised wherever it leaks. */
export const tokenOf = (tenant: string): string =>
  `7c1f0000-0000-4000-9000-${Buffer.from(tenant).toString("hex").padEnd(12, "0").slice(0, 12)}`;

export const base: Secrets = { ADMIN_TOKEN: adminToken, ALLOW_LOCAL_HOSTS: "true" };
