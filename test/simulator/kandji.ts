/**
 * A simulated Kandji (Iru) tenant API as it is documented and as it was observed, with the parts that hurt: keyset pages
 * without tie-break, lists that move while they are read, late and future events, limits, and answers that are none.
 */
import { Hono } from "hono";
import { answerAuditEvents, AUDIT_EVENTS } from "./audit-endpoint.ts";
import { changed, type Change } from "./change.ts";
import { isPermitted, routeOf, type Route } from "./endpoints/routes.ts";
import { makeEvents, type EventPlan } from "./event-plan.ts";
import { EventStore } from "./event-store.ts";
import {
  cutAnswer,
  FaultDesk,
  hangUntilAborted,
  statusAnswer,
  unreadableAnswer,
  type Fault,
  type Hang,
} from "./faults.ts";
import { Fleet } from "./fleet/fleet.ts";
import type { FleetWishes } from "./fleet/fleet-plan.ts";
import { DOCUMENTED_RATE, RateLimit, type RateSettings } from "./rate-limit.ts";
import { seedFor } from "./random.ts";
import { RequestLog } from "./request-log.ts";

/** What may be changed while it runs. */
export interface KandjiSettings {
  readonly token: string;
  /** Path templates that the token may `GET`, others with their method before them; none at all makes the token unknown. */
  readonly permissions: readonly string[];
  readonly rate: RateSettings;
  readonly endDate: "inclusive" | "exclusive";
  /** Where `next` points. `same` is the URL that was asked, for ever. */
  readonly next: "url" | "token" | "foreign" | "same";
  readonly foreignOrigin: string;
  /** Whether `next` repeats the date filter: nobody has seen it, either may be true. */
  readonly nextCarriesDates: boolean;
  /** What befalls every page that was asked with a larger limit than this. */
  readonly largePages: { readonly above: number; readonly fault: Fault } | null;
  /** What an endpoint, by its path template, answers instead: a product that was not bought, a version that is gone. */
  readonly unavailable: Readonly<Record<string, number>>;
  /** Of the pages of Prism that are not the last, the share that is shorter than asked, and how short; `null` for none. */
  readonly shortPages: { readonly share: number; readonly least: number } | null;
  /** Users, and admins, on a page: what cannot be asked for. */
  readonly peoplePerPage: number;
  /** The field names of vulnerability detections: as the reference has them, or as they were seen. */
  readonly vulnerabilityNames: "documented" | "observed";
  /** Milliseconds before each answer. */
  readonly latencyMs: number;
  /** By how much the clock of its `Date` headers is ahead. */
  readonly clockAheadMs: number;
}

export interface Violation {
  readonly at: number;
  readonly method: string;
  readonly path: string;
}

/** What a whole answer held. */
export interface Served {
  /** The endpoint's path template. */
  readonly endpoint: string;
  /** As an operator writes it. */
  readonly dataset: string;
  readonly at: number;
  readonly path: string;
  /** Query with its question mark, or nothing. */
  readonly search: string;
  /** To the character. An answer that is one object is one row. */
  readonly rows: readonly string[];
}

export interface KandjiOptions extends Change<KandjiSettings> {
  /** Makes its events its own: the same plan under another name gives other ids. */
  readonly name?: string | undefined;
  /** The only host that this tenant answers to, such as `acme.api.kandji.io`; any by default. */
  readonly host?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  readonly seed?: number | undefined;
  readonly hang?: Hang | undefined;
  /** The devices and all that comes with them; a dozen by default. They are made when they are first asked for. */
  readonly fleet?: FleetWishes | undefined;
  /** Hears of every whole answer with rows. */
  readonly onServed?: ((served: Served) => void) | undefined;
}

const USUAL: KandjiSettings = {
  token: "",
  permissions: [AUDIT_EVENTS],
  rate: DOCUMENTED_RATE,
  endDate: "inclusive",
  next: "url",
  foreignOrigin: "https://elsewhere.example",
  nextCarriesDates: true,
  largePages: null,
  unavailable: {},
  shortPages: null,
  peoplePerPage: 300,
  vulnerabilityNames: "observed",
  latencyMs: 0,
  clockAheadMs: 0,
};

export class SimulatedKandji {
  readonly app: Hono;
  readonly store: EventStore;
  readonly faults: FaultDesk;
  readonly requests = new RequestLog();
  /** Requests for secrets of devices, which nobody may ever make, whatever they were answered. */
  readonly violations: Violation[] = [];
  /** May be set later than at the start. */
  onServed: ((served: Served) => void) | undefined;
  readonly #now: () => number;
  readonly #name: string;
  readonly #host: string | undefined;
  readonly #hang: Hang;
  readonly #rate: RateLimit;
  readonly #fleetWishes: FleetWishes;
  readonly #bornAt: number;
  #fleet: Fleet | undefined;
  #settings: KandjiSettings;

  constructor(options: KandjiOptions) {
    const {
      name = "",
      host,
      now = Date.now,
      seed = 1,
      hang = hangUntilAborted,
      fleet,
      onServed,
      ...settings
    } = options;
    this.#now = now;
    this.#name = name;
    this.#host = host;
    this.#hang = hang;
    this.#fleetWishes = fleet ?? {};
    this.#bornAt = now();
    this.onServed = onServed;
    this.#settings = changed(USUAL, settings);
    this.#rate = new RateLimit(this.#settings.rate);
    this.store = new EventStore(now);
    this.faults = new FaultDesk(seed);
    this.app = new Hono().all("*", (c) => this.#answerAndLog(c.req.raw));
    // Whoever gave up is not owed an answer, and a mistake in here must not look like a fault that was asked for.
    this.app.onError((error) => {
      throw error;
    });
  }

  readonly fetch = async (request: Request): Promise<Response> => this.app.fetch(request);

  get settings(): KandjiSettings {
    return this.#settings;
  }

  /** Its devices as they are now. Born with this tenant, whenever somebody first looks. */
  get fleet(): Fleet {
    this.#fleet ??= new Fleet(this.#fleetWishes, this.#bornAt, this.#name);
    this.#fleet.advanceTo(this.#now());
    return this.#fleet;
  }

  change(change: Change<KandjiSettings>): void {
    this.#settings = changed(this.#settings, change);
    this.#rate.settings = this.#settings.rate;
  }

  /** Makes the events of a plan and takes them in. */
  seed(plan: EventPlan): number {
    const events = makeEvents({ ...plan, seed: seedFor(this.#name, plan.seed) }, this.#now());
    this.store.add(events);
    return events.length;
  }

  async #answerAndLog(request: Request): Promise<Response> {
    const at = this.#now();
    this.requests.arrived(at);
    const url = new URL(request.url);
    if (isSecret(url)) this.violations.push({ at, method: request.method, path: url.pathname });
    const authorized = request.headers.get("authorization") === `Bearer ${this.#settings.token}`;
    const log = (status: number): void =>
      this.requests.answered({ at, method: request.method, target: url.pathname + url.search, authorized, status });
    if (this.#settings.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#settings.latencyMs));
    const fault = this.#faultFor(url) ?? this.faults.next();
    if (fault?.do === "hang") {
      log(0);
      return this.#hang(request);
    }
    const answer = this.#answer(request, url, authorized, fault);
    log(fault?.do === "cut" || fault?.do === "lost-answer" ? 0 : answer.status);
    return answer;
  }

  #answer(request: Request, url: URL, authorized: boolean, fault: Fault | undefined): Response {
    const now = this.#now();
    if (this.#host !== undefined && url.host !== this.#host)
      return problem(404, { message: "no such tenant", request_id: "a1b2c3" });
    const limited = this.#rate.admit(now);
    const answer =
      limited === undefined
        ? this.#admitted(request, url, authorized, fault)
        : statusAnswer(
            { do: "status", status: 429, retryAfter: { seconds: limited.retryAfterSeconds, as: "seconds" } },
            `{"message":"API rate limit exceeded"}`,
            now,
            this.requests,
          );
    this.#rate.announce(now, answer.headers);
    answer.headers.set("date", new Date(now + this.#settings.clockAheadMs).toUTCString());
    return answer;
  }

  #admitted(request: Request, url: URL, authorized: boolean, fault: Fault | undefined): Response {
    if (fault?.do === "status") return statusAnswer(fault, bodyFor(fault.status), this.#now(), this.requests);
    if (fault?.do === "unreadable") return unreadableAnswer();
    if (!authorized || this.#settings.permissions.length === 0) return problem(401, { error: "Unauthorized" });
    const path = url.pathname.replace(/\/$/, "");
    const route = routeOf(path);
    const template = route?.endpoint.template ?? path;
    if (isSecret(url)) return forbidden();
    if (route === undefined && path !== AUDIT_EVENTS)
      return problem(404, { message: "no such route", request_id: "a1b2c3" });
    if (request.method !== "GET") return problem(405, { detail: "Method Not Allowed" });
    if (!isPermitted(this.#settings.permissions, request.method, template)) return forbidden();
    const instead = this.#settings.unavailable[template];
    if (instead !== undefined) return json(instead, bodyInstead(instead));
    const isCut = fault?.do === "cut" || fault?.do === "lost-answer";
    return route === undefined ? this.#auditEvents(url, isCut) : this.#rows(url, route, isCut);
  }

  #auditEvents(url: URL, isCut: boolean): Response {
    const page = answerAuditEvents(url, this.store, this.#settings);
    if (page.status !== 200) return json(page.status, page.text);
    if (isCut) return cutAnswer(page.text, "application/json");
    for (const event of page.events) event.served += 1;
    this.#tell(url, AUDIT_EVENTS, "audit-events", () => page.events.map((event) => event.raw));
    // As bytes: a page is large, and a text would be searched for broken characters first.
    return json(200, new TextEncoder().encode(page.text));
  }

  #rows(url: URL, { endpoint, inPath }: Route, isCut: boolean): Response {
    const { fleet } = this;
    const view = { now: this.#now(), plan: fleet.plan };
    const question = { url, query: url.searchParams, inPath, fleet, view, settings: this.#settings };
    const answer = endpoint.answer(question);
    if (answer.status !== 200) return json(answer.status, answer.text);
    if (isCut) return cutAnswer(answer.text, "application/json");
    this.#tell(url, endpoint.template, endpoint.dataset, () => answer.rows);
    return json(200, new TextEncoder().encode(answer.text));
  }

  #tell(url: URL, endpoint: string, dataset: string, rows: () => readonly string[]): void {
    const { pathname: path, search } = url;
    this.onServed?.({ endpoint, dataset, at: this.#now(), path, search, rows: rows() });
  }

  #faultFor(url: URL): Fault | undefined {
    const rule = this.#settings.largePages;
    if (rule === null) return undefined;
    const asked = url.searchParams.get("limit") ?? url.searchParams.get("size");
    return Number(asked) > rule.above ? rule.fault : undefined;
  }
}

function json(status: number, body: string | Uint8Array): Response {
  return new Response(body, { status, headers: { "content-type": "application/json" } });
}

function problem(status: number, body: unknown): Response {
  return json(status, JSON.stringify(body));
}

function isSecret({ pathname }: URL): boolean {
  return /\/secrets(?:\/|$)/i.test(pathname.replaceAll(/%2f/gi, "/"));
}

/** Of an endpoint that this tenant does not have. */
function bodyInstead(status: number): string {
  if (status === 404) return `{"detail":"Not found."}`;
  return status === 410 ? `{"message":"This version of the endpoint is gone."}` : bodyFor(status);
}

function forbidden(): Response {
  return problem(403, { detail: "Not permitted for this token." });
}

/** All the shapes that its errors were seen in. */
function bodyFor(status: number): string {
  if (status === 401) return `{"error":"Unauthorized"}`;
  if (status === 403) return `{"detail":"Not permitted for this token."}`;
  if (status === 429) return `{"message":"API rate limit exceeded"}`;
  if (status === 413) return `["Response too large."]`;
  return status >= 500 ? "<html><body><h1>Bad gateway</h1></body></html>" : `{"detail":"Request failed."}`;
}
