/** One history's set: the world, the platform with the forwarder on it, and the oracle that watches both. */
import { bucketOf } from "../simulator/intake-setups.ts";
import { digest } from "../simulator/record-text.ts";
import { randomFrom, type Random } from "../simulator/random.ts";
import { SimulatedChat } from "../simulator/chat.ts";
import { World } from "../simulator/world.ts";
import type { JournalEntry } from "../../src/journal/entry.ts";
import type { JournalPage } from "../../src/journal/query.ts";
import type { TenantReport } from "../../src/tenant/report.ts";
import { Alerts } from "./alerts.ts";
import { withAsides, type Asides } from "./asides.ts";
import { begin, epoch, type Beginning } from "./beginning.ts";
import { FleetWitness, withFleet } from "./fleets.ts";
import { intakeOf } from "./manners.ts";
import { Oracle } from "./oracle.ts";
import { Clock } from "./platform/clock.ts";
import { SimulatedCloudflare } from "./platform/cloudflare.ts";
import type { Code } from "./platform/code.ts";
import type { Exchange } from "./platform/network.ts";
import { drawPlot, type Plot } from "./plots.ts";
import { Story, Tally } from "./story.ts";

export interface StageOptions {
  readonly seed: number;
  readonly code: Code;
  /** What the code is upgraded to; loaded when it comes to that. */
  readonly next: () => Promise<Code>;
  readonly isDetailed: boolean;
}

export class Stage {
  readonly random: Random;
  /** What this history is about besides; most are about nothing. */
  readonly plot: Plot | undefined;
  readonly clock = new Clock(epoch);
  readonly beginning: Beginning;
  readonly world: World;
  readonly cloud: SimulatedCloudflare;
  readonly oracle: Oracle;
  readonly fleets: FleetWitness;
  readonly asides: Asides;
  readonly chats: ReadonlyMap<string, SimulatedChat>;
  readonly alerts: Alerts;
  /** When the last of the events is shown that are later than polling looks; milliseconds. */
  lastVisibleAt = 0;
  readonly story: Story;
  readonly faults = new Tally();
  readonly code: Code;
  /** The newest version that was deployed. */
  newest: Code;
  readonly loadNext: () => Promise<Code>;
  /** The right secrets; what is deployed may be others. */
  env: Record<string, string>;

  constructor({ seed, code, next, isDetailed }: StageOptions) {
    this.random = randomFrom(seed);
    this.plot = drawPlot(this.random);
    const { beginning, asides } = withAsides(withFleet(begin(this.random, this.plot?.needs), seed), seed);
    this.beginning = beginning;
    this.asides = asides;
    this.env = { ...this.beginning.env };
    this.code = code;
    this.newest = code;
    this.loadNext = next;
    this.story = new Story(this.clock.now, isDetailed);
    const { plan, missingAtFirst, evictsWhenIdle, latencyMs, slowBodies } = this.beginning;
    const present = Object.entries(this.env).filter(([key]) => key !== missingAtFirst);
    this.world = new World(plan, { now: this.clock.now, hang: async (request) => this.cloud.network.hang(request) });
    this.cloud = new SimulatedCloudflare({
      clock: this.clock,
      seed,
      code,
      env: Object.fromEntries(present),
      buckets: [...this.world.intakes.keys()].map((name) => bucketOf(name)),
      world: async (request) => this.#reached(request),
      evictsWhenIdle,
      on: {
        killed: (point, who) => this.#killed(point, who),
        failed: (who) => this.#failed(who),
        log: (line) => this.#logged(line),
        called: (tenant, method, values) => {
          if (method === "takeReports")
            this.alerts.called(values[0] as TenantReport[], values[1] as Record<string, string>);
          if (method === "tick")
            this.oracle.precedence.ticked(tenant, Number(values[0]), this.oracle.reports.get(tenant));
        },
        answered: (tenant, method, result) => {
          if (method === "takeReports") this.alerts.answered();
          this.oracle.sawAnswer(tenant, method, result);
        },
        sent: (who, url) => this.oracle.sawRequest(who, url),
        received: (who, exchange) => this.#received(who, exchange),
        slowed: () => this.faults.add("body that stalls"),
      },
    });
    this.cloud.network.weather = { latencyMs, slowBodies };
    const secrets = asides.chats.map(({ path }) => path);
    this.oracle = new Oracle(this.world, this.beginning, { now: this.clock.now, secrets });
    this.chats = new Map(asides.chats.map((chat, index) => [chat.name, this.#chat(chat, seed + index)]));
    this.alerts = new Alerts({
      chats: this.chats,
      plans: asides.chats,
      now: () => this.clock.now() + this.cloud.skewMs,
      ends: () => this.oracle.ends,
      note: (problem) => this.oracle.note(problem),
    });
    this.fleets = new FleetWitness(
      this.world,
      this.beginning,
      (intake) => this.oracle.isFormedAnew(intake, this.clock.now()),
      (problem) => this.oracle.note(problem),
    );
  }

  tell(line: string): void {
    this.story.tell(line);
  }

  /** Puts other secrets in place; every program begins anew. */
  deploy(env: Readonly<Record<string, string>>, code = this.cloud.code): void {
    this.cloud.deploy({ env, code });
    this.oracle.programsEnded();
  }

  kill(): void {
    this.cloud.killAll();
    this.oracle.programsEnded();
  }

  /** Asks a tenant's object as an operator does; undefined when it cannot answer now, which is told. */
  async ask(tenant: string, method: string, ...values: unknown[]): Promise<{ readonly value: unknown } | undefined> {
    try {
      const answer = await this.cloud.ask(tenant, this.beginning.homes.get(tenant) ?? "", method, ...values);
      this.oracle.sawAnswer(tenant, method, answer);
      return { value: answer };
    } catch (error) {
      this.story.detail(() => `${tenant} does not answer to ${method}: ${String(error)}`);
      return undefined;
    }
  }

  /** Looks at everything that can be seen from outside. */
  async look(): Promise<void> {
    for (const id of this.beginning.homes.keys()) {
      await this.ask(id, "report");
      await this.ask(id, "deadLetters");
    }
    if (this.chats.size > 0) await this.#lookAtAlerts();
    this.oracle.check();
  }

  async #lookAtAlerts(): Promise<void> {
    const entries = await this.journal();
    if (entries !== undefined) this.alerts.judgeJournal(entries);
    const fleet = await this.#askForwarder("fleet");
    this.oracle.sawText("what the forwarder object tells", JSON.stringify(fleet?.value ?? null));
  }

  /** Every change of health that the journal tells, oldest first; undefined when it cannot be read now. */
  async journal(): Promise<readonly JournalEntry[] | undefined> {
    const entries: JournalEntry[] = [];
    let before: number | null = null;
    do {
      const answer = await this.#askForwarder("journal", { limit: 1_000, ...(before !== null && { before }) });
      if (answer === undefined) return undefined;
      const page = answer.value as JournalPage;
      entries.push(...page.entries);
      before = page.next;
    } while (before !== null);
    return entries.filter(({ actionName }) => actionName.startsWith("HEALTH_")).toReversed();
  }

  async #askForwarder(method: string, ...values: unknown[]): Promise<{ readonly value: unknown } | undefined> {
    try {
      return { value: await this.cloud.askForwarder(method, ...values) };
    } catch (error) {
      this.story.detail(() => `the forwarder object does not answer to ${method}: ${String(error)}`);
      return undefined;
    }
  }

  #chat({ kind, path }: Asides["chats"][number], seed: number): SimulatedChat {
    const hang = async (request: Request): Promise<never> => this.cloud.network.hang(request);
    return new SimulatedChat({ kind, path, seed, now: this.clock.now, hang });
  }

  close(): void {
    this.cloud.killAll();
    for (const { disk } of this.cloud.objects.values()) disk.close();
  }

  #killed(point: string, who: string): void {
    this.faults.add(`kill ${point}`);
    this.oracle.programsEnded();
    this.tell(`killed ${point}, at work in ${who}`);
  }

  #failed(who: string): void {
    this.faults.add("transaction that fails");
    this.oracle.transactionFailed(who);
    if (who === "forwarder") this.alerts.failed();
    this.tell(`a transaction of ${who} fails`);
  }

  #logged(line: string): void {
    this.oracle.sawText("a line of the log", line);
    if (line.includes("internal-error")) this.oracle.sawInternalError(line);
    this.story.detail(() => `log ${line.slice(0, 200)}`);
  }

  /** A request has come to one of the two ends. */
  async #reached(request: Request): Promise<Response> {
    const chat = chatAt(request.url);
    if (chat !== undefined) return this.#reachedChat(chat, request);
    const response = await this.world.fetch(request);
    const batch = request.headers.get("webhook-id") ?? "";
    this.story.detail(() => `${shown(request.url)} ${batch} is answered ${response.status}`);
    return response;
  }

  async #reachedChat(name: string, request: Request): Promise<Response> {
    const chat = this.chats.get(name);
    if (chat === undefined) throw new Error(`There is no chat ${name}`);
    const body = await request.clone().text();
    this.oracle.sawText("a message to a chat", body);
    const before = chat.posts.length;
    const response = await chat.fetch(request);
    if (chat.posts.length > before) this.alerts.accepted(name, body);
    this.story.detail(() => `the chat ${name} answers ${response.status} to ${body.slice(0, 200)}`);
    return response;
  }

  #received(who: string, { url, init, status, headers }: Exchange): void {
    this.story.detail(() => `${who} hears ${status} from ${shown(url)}`);
    this.oracle.manners.received(who, url, headers.get("Retry-After"));
    this.oracle.precedence.answered(who, url, status);
    const chat = chatAt(url);
    if (chat !== undefined && status <= 299) this.alerts.heard(chat, Buffer.from(bytesOf(init.body)).toString());
    const intake = intakeOf(url);
    if (intake === undefined || status > 299) return;
    const id = new Headers(init.headers).get("webhook-id") ?? digest(bytesOf(init.body));
    this.oracle.sawAcceptance(intake, id);
  }
}

const chatAt = (url: string): string | undefined => /^https:\/\/([a-z]+)\.chat\.example\//.exec(url)?.[1];

function bytesOf(body: RequestInit["body"]): Uint8Array {
  return typeof body === "string" ? Buffer.from(body) : new Uint8Array(body as Uint8Array);
}

const shown = (url: string): string =>
  decodeURIComponent(url.replace(/^https:\/\//, "").replace("/api/v1/audit/events", ""));
