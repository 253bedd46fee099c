/**
 * The outside world in one piece: several Kandji tenants and several intakes, in this process through `fetch`, or on
 * loopback ports through `serve`.
 */
import { accountOf, type Account } from "./account.ts";
import type { Change } from "./change.ts";
import { createControl } from "./control.ts";
import type { EventPlan } from "./event-plan.ts";
import type { FaultSettings, Hang } from "./faults.ts";
import { listen, type Handler } from "./http-server.ts";
import { bucketOf, directoryOf } from "./intake-setups.ts";
import { SimulatedIntake, type IntakeOptions } from "./intake.ts";
import { SimulatedKandji, type KandjiOptions } from "./kandji.ts";

/** Everything that is not plain data: left out of a plan, so that a plan can be a JSON file. */
type Wiring = "now" | "hang" | "name" | "onServed";

export interface KandjiPlan extends Omit<KandjiOptions, Wiring> {
  readonly events?: readonly EventPlan[] | undefined;
  readonly faults?: Change<FaultSettings> | undefined;
}

export interface IntakePlan extends Omit<IntakeOptions, Wiring> {
  readonly faults?: Change<FaultSettings> | undefined;
  /** The tenants whose events belong here; all of them by default. */
  readonly tenants?: readonly string[] | undefined;
}

export interface WorldPlan {
  readonly kandji: Readonly<Record<string, KandjiPlan>>;
  readonly intakes: Readonly<Record<string, IntakePlan>>;
}

/** A request to a host that is none of ours: where a `next` on a foreign host leads. */
export interface Stray {
  readonly url: string;
  /** Whether it carried credentials there. */
  readonly authorization: string | null;
}

export interface WorldAddresses {
  /** API URL per tenant. */
  readonly kandji: Readonly<Record<string, string>>;
  /** URL per intake: for a webhook the whole, for Datadog the base to which `/api/v2/logs` is added. */
  readonly intakes: Readonly<Record<string, string>>;
  /** Origin of the control routes; every port has them too. */
  readonly control: string;
  readonly foreign: string;
}

export interface ServedWorld {
  readonly addresses: WorldAddresses;
  close(): Promise<void>;
}

export class World {
  readonly kandji = new Map<string, SimulatedKandji>();
  readonly intakes = new Map<string, SimulatedIntake>();
  readonly strays: Stray[] = [];
  readonly now: () => number;
  readonly #tenantsOf = new Map<string, readonly string[] | undefined>();

  constructor(plan: WorldPlan, wiring: { readonly now?: () => number; readonly hang?: Hang } = {}) {
    this.now = wiring.now ?? Date.now;
    for (const [name, { events = [], faults = {}, ...options }] of Object.entries(plan.kandji)) {
      const kandji = new SimulatedKandji({ ...options, ...wiring, name });
      for (const events_ of events) kandji.seed(events_);
      kandji.faults.set(faults);
      this.kandji.set(name, kandji);
    }
    for (const [name, { faults = {}, tenants, ...options }] of Object.entries(plan.intakes)) {
      const intake = new SimulatedIntake({ ...options, ...wiring });
      intake.faults.set(faults);
      this.intakes.set(name, intake);
      this.#tenantsOf.set(name, tenants);
    }
  }

  /** In this process: `https://NAME.api.kandji.io` is a tenant, `https://ANY/intake/NAME…` an intake, `r2://NAME/…` a bucket, all else is a stray. */
  readonly fetch: Handler = (request) => {
    const { protocol, hostname } = new URL(request.url);
    if (protocol === "r2:") return this.#bucket(request, hostname);
    if (hostname === "login.microsoftonline.com") return this.#login(request);
    const tenant = /^(.+)\.api\.(?:eu\.)?(?:kandji\.io|iru\.com)$/.exec(hostname)?.[1];
    const kandji = this.kandji.get(tenant ?? "");
    return kandji === undefined ? this.#elsewhere(request) : kandji.fetch(request);
  };

  readonly #elsewhere: Handler = async (request) => {
    const name = /^\/intake\/([^/]+)/.exec(new URL(request.url).pathname)?.[1];
    const intake = this.intakes.get(name ?? "");
    return intake === undefined ? this.#stray(request) : intake.fetch(request);
  };

  /** Without a bucket under that name, what the platform says of one that is not bound. */
  async #bucket(request: Request, name: string): Promise<Response> {
    const [, intake] = [...this.intakes].find(([other]) => bucketOf(other) === name) ?? [];
    return intake?.kind === "r2" ? intake.fetch(request) : new Response("", { status: 404 });
  }

  /** Microsoft's login: the directory in its path leads to an intake. */
  readonly #login: Handler = async (request) => {
    const directory = new URL(request.url).pathname.split("/")[1];
    const [, intake] = [...this.intakes].find(([name]) => directoryOf(name) === directory) ?? [];
    return intake?.kind === "sentinel" ? intake.fetch(request) : this.#stray(request);
  };

  readonly #stray: Handler = async (request) => {
    this.strays.push({ url: request.url, authorization: request.headers.get("authorization") });
    return new Response(`{"error":"nobody here"}`, { status: 404, headers: { "content-type": "application/json" } });
  };

  /** One account per intake and tenant that belongs there. */
  accounts(since?: number): Account[] {
    const now = this.now();
    const accounts: Account[] = [];
    for (const intake of this.intakes) {
      const tenants = this.#tenantsOf.get(intake[0]);
      for (const kandji of this.kandji) {
        if (tenants === undefined || tenants.includes(kandji[0]))
          accounts.push(accountOf(kandji, intake, { now, since }));
      }
    }
    return accounts;
  }

  /** A port per tenant, one for the intakes and the control routes, one that stands for a foreign host. */
  async serve(
    ports: { readonly base?: number | undefined; readonly onStop?: (() => void) | undefined } = {},
  ): Promise<ServedWorld> {
    let next = ports.base ?? 0;
    const port = (): number => (next === 0 ? 0 : next++);
    const control = createControl(this, ports.onStop ?? (() => {}));
    const controlled =
      (handler: Handler): Handler =>
      async (request) =>
        new URL(request.url).pathname.startsWith("/_control") ? control.fetch(request) : handler(request);
    const intakes = await listen(controlled(this.#elsewhere), port());
    const foreign = await listen(controlled(this.#stray), port());
    const servers = [intakes, foreign];
    const origins: Record<string, string> = {};
    for (const [name, kandji] of this.kandji) {
      kandji.change({ foreignOrigin: foreign.origin });
      const server = await listen(controlled(kandji.fetch), port());
      servers.push(server);
      origins[name] = server.origin;
    }
    const addresses: WorldAddresses = {
      kandji: origins,
      intakes: Object.fromEntries([...this.intakes.keys()].map((name) => [name, `${intakes.origin}/intake/${name}`])),
      control: intakes.origin,
      foreign: foreign.origin,
    };
    return { addresses, close: async () => void (await Promise.all(servers.map((server) => server.close()))) };
  }
}
