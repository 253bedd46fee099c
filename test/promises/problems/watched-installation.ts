/** One tenant, the forwarder object's watch and `/status`, on one clock: what a problem does to each of them can be read off. */
import { readConfig } from "../../../src/config/read-config.ts";
import { kandjiDatasets } from "../../../src/datasets/registry.ts";
import { overview, type Status } from "../../../src/status/overview.ts";
import { notifySecret, WatchedForwarder } from "../../forwarder/watched-forwarder.ts";
import type { WorldPlan } from "../../simulator/world.ts";
import { epoch, hour, Household, minute, secrets } from "../../tenant/household.ts";

export const kandjiToken = "token-of-acme";

/** Whatever a dataset asks for. */
export const permissions = [...kandjiDatasets.values()].flatMap((dataset) =>
  dataset.reading === "feed" ? [dataset.permission.path] : dataset.ways.map(({ permission }) => permission.path),
);

/** What there is before anything goes wrong. */
export interface Stage {
  readonly kandji?: WorldPlan["kandji"];
  readonly intakes?: WorldPlan["intakes"];
  readonly env?: Record<string, string>;
  readonly maxSpoolBytes?: number;
}

const usual: Required<Omit<Stage, "maxSpoolBytes">> = {
  kandji: { acme: { token: kandjiToken, events: [{ seed: 1, count: 4_000, from: epoch - hour, to: epoch + hour }] } },
  intakes: { siem: { kind: "webhook", keepTexts: false } },
  env: secrets(),
};

/** Somebody between the forwarder and the world: may change an answer, or break the connection. */
type Between = (request: Request, go: () => Promise<Response>) => Promise<Response>;

export interface Told {
  readonly event: string;
  readonly code: string;
  readonly subject: string;
  readonly message: string;
  readonly fix: string;
}

const notifications = {
  ...notifySecret("ops"),
  ...notifySecret("chat", { type: "slack" }),
  ...notifySecret("office", { type: "teams" }),
};

export class Watched {
  readonly household: Household;
  readonly forwarder = new WatchedForwarder(notifications);
  /** Who sees to it that this tenant is called: everything, nothing, or a cron that is silent for it alone. */
  cron: "fires" | "silent" | "forgets acme" = "fires";
  /** What becomes of a call: a report, an error, or nothing that anybody would hear of. */
  tenant: "answers" | "fails" | "is mute" = "answers";
  between: Between = async (_, go) => go();

  constructor({ maxSpoolBytes, ...stage }: Stage = {}) {
    const { kandji, intakes, env } = { ...usual, ...stage };
    this.household = new Household({ kandji, intakes }, env, maxSpoolBytes === undefined ? {} : { maxSpoolBytes });
    const { world } = this.household;
    const go = world.fetch;
    Object.assign(world, { fetch: async (request: Request) => this.between(request, async () => go(request)) });
  }

  get now(): number {
    return this.household.time.now();
  }

  get acme() {
    const acme = this.household.world.kandji.get("acme");
    if (acme === undefined) throw new Error("The world has no such tenant");
    return acme;
  }

  get siem() {
    const siem = this.household.world.intakes.get("siem");
    if (siem === undefined) throw new Error("The world has no such intake");
    return siem;
  }

  /** A secret was put: every object starts anew. */
  put(env: Record<string, string>): void {
    this.household.evict(env);
  }

  /** A minute and its firing, and what is told of it; the forwarder object is evicted each time. */
  async fire(): Promise<void> {
    await this.pass(minute);
    const { forwarder, now } = this;
    forwarder.env = { ...notifications, ...this.household.env };
    if (this.cron === "silent") await forwarder.ring(now);
    else if (this.tenant !== "answers") await forwarder.take([], now, this.tenant === "fails" ? ["acme"] : []);
    else await forwarder.take(this.isRunnable ? [this.household.report()] : [], now);
    forwarder.evict();
  }

  /** Time in which nobody looks at a report. */
  async pass(ms: number): Promise<void> {
    const isCalled = this.cron === "fires" && this.tenant === "answers" && this.isRunnable;
    if (this.isRunnable) await this.household.pass(ms, { isCronSilent: !isCalled });
    else await this.household.time.advance(ms);
  }

  /** What `GET /status` answers. */
  status(): Status {
    const { forwarder, now } = this;
    return overview({ config: readConfig(forwarder.env), fleet: forwarder.fleet(), now, version: "1" });
  }

  /** Messages to the program that is told everything, in order. */
  get told(): Told[] {
    return this.forwarder.posted.filter(({ url }) => url.includes("ops")).map(({ body }) => JSON.parse(body) as Told);
  }

  /** A tenant is woken where its secret can be read, and says where its object is. */
  private get isRunnable(): boolean {
    const parsed = readConfig(this.household.env).tenants.get("acme");
    return parsed?.ok === true && parsed.value.jurisdiction === undefined;
  }
}
