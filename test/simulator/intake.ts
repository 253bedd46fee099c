/** A simulated log intake: reads batches as its kind does, refuses what it is told to refuse, remembers what it accepted. */
import { Hono } from "hono";
import { gunzipSync } from "node:zlib";
import { changed, type Change } from "./change.ts";
import {
  cutAnswer,
  FaultDesk,
  hangUntilAborted,
  statusAnswer,
  unreadableAnswer,
  type Fault,
  type Hang,
} from "./faults.ts";
import { IntakeMemory, type Delivery } from "./intake-memory.ts";
import { intakes, type IntakeKind } from "./intakes.ts";
import type { PantherAuth } from "./panther-intake.ts";
import { RequestLog } from "./request-log.ts";

/** What may be changed while it runs. */
export interface IntakeSettings {
  /** Any record whose text contains this costs its whole batch. */
  readonly refuse: readonly { readonly contains: string; readonly status: 400 | 422 }[];
  /** More records, or more bytes after decompression, are answered 413 (by Datadog 400 for records). */
  readonly maxRecords: number | null;
  readonly maxBytes: number | null;
  /** Milliseconds before each answer. */
  readonly latencyMs: number;
}

export interface IntakeOptions extends Change<IntakeSettings> {
  readonly kind: IntakeKind;
  /** Webhook: the `whsec_…` secret; signatures are then required and checked. */
  readonly signingSecret?: string | undefined;
  /** The only key or token that it knows; a webhook knows none. */
  readonly apiKey?: string | undefined;
  /** Panther: how its HTTP source knows senders; anybody if absent. */
  readonly panther?: PantherAuth | undefined;
  /** Panther: its HTTP source has the schema Iru.Audit and no other; what does not fit it is stored unclassified. */
  readonly isIruAudit?: boolean | undefined;
  /** RunReveal: a generic source takes any objects; a structured one, which it is if absent, insists on types. */
  readonly runreveal?: "structured" | "generic" | undefined;
  /** Sumo Logic: its ingest budget is used up. */
  readonly isOverBudget?: boolean | undefined;
  /** Google SecOps: the secret of the feed. */
  readonly feedSecret?: string | undefined;
  /** Loki: its operator has blocked ingestion. */
  readonly isBlocked?: boolean | undefined;
  /** Sentinel: the app has no role on the data collection rule; how long a token lives, in seconds. */
  readonly lacksRole?: boolean | undefined;
  readonly tokenSeconds?: number | undefined;
  /** Elastic: documents with this text are answered 429. */
  readonly busyWith?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
  readonly seed?: number | undefined;
  readonly hang?: Hang | undefined;
  /** Keep the text of each record, so that the account can tell which were altered. */
  readonly keepTexts?: boolean | undefined;
}

/** What a kind makes of a request: an answer at once, or a delivery and how it answers well. */
export type Reading =
  | { readonly kind: "answer"; readonly status: number; readonly text: string; readonly authorized: boolean }
  | {
      readonly kind: "delivery";
      readonly delivery: Delivery;
      readonly accepted: { readonly status: number; readonly text: string };
      /** What it answers well and throws away. */
      readonly drops: (record: string) => boolean;
      /** Hears which records it has now. */
      readonly stored?: (records: readonly string[]) => void;
      /** How it refuses records by their index, where it has words for that; `kept` are those it takes all the same. */
      readonly refuses?: (bad: ReadonlySet<number>) => {
        readonly status: number;
        readonly text: string;
        readonly kept: readonly string[];
      };
    };

export interface ReadingContext {
  readonly request: Request;
  readonly url: URL;
  /** As sent, and after decompression. */
  readonly body: Uint8Array;
  readonly text: string;
  readonly now: number;
  readonly options: IntakeOptions;
  /** Whether a batch of this id was accepted before. */
  readonly isStored: (batchId: string) => boolean;
  /** Ids of the documents that it has. */
  readonly held: ReadonlySet<string>;
  readonly kept: Kept;
}

/** What an intake keeps between requests, beside the records. */
export interface Kept {
  /** Tokens that it gave, and until when they are good. */
  readonly tokens: Map<string, number>;
  /** The newest time of each stream, in milliseconds since 1970, and every line of all of them. */
  readonly newest: Map<string, number>;
  readonly lines: Set<string>;
}

/** Every record is written as an object, or holds one. */
const everything = { contains: "{", status: 400 } as const;
const unlimited: IntakeSettings = { refuse: [], maxRecords: null, maxBytes: null, latencyMs: 0 };

export class SimulatedIntake {
  readonly kind: IntakeKind;
  readonly app: Hono;
  readonly faults: FaultDesk;
  readonly requests = new RequestLog();
  readonly memory: IntakeMemory;
  readonly #kept: Kept = { tokens: new Map(), newest: new Map(), lines: new Set() };
  readonly #options: IntakeOptions;
  readonly #now: () => number;
  readonly #hang: Hang;
  #settings: IntakeSettings;

  constructor(options: IntakeOptions) {
    const { kind, now = Date.now, seed = 1, hang = hangUntilAborted, keepTexts = true } = options;
    this.kind = kind;
    this.#options = options;
    this.#now = now;
    this.#hang = hang;
    const { refuse, maxRecords, maxBytes, latencyMs } = options;
    this.#settings = changed({ ...unlimited, ...intakes[kind].limits }, { refuse, maxRecords, maxBytes, latencyMs });
    this.faults = new FaultDesk(seed);
    this.memory = new IntakeMemory(keepTexts);
    this.app = new Hono().all("*", (c) => this.#answerAndLog(c.req.raw));
    // Whoever gave up is not owed an answer, and a mistake in here must not look like a fault that was asked for.
    this.app.onError((error) => {
      throw error;
    });
  }

  readonly fetch = async (request: Request): Promise<Response> => this.app.fetch(request);

  get settings(): IntakeSettings {
    return this.#settings;
  }

  change(change: Change<IntakeSettings>): void {
    this.#settings = changed(this.#settings, change);
  }

  async #answerAndLog(request: Request): Promise<Response> {
    const at = this.#now();
    this.requests.arrived(at);
    const url = new URL(request.url);
    const log = (status: number, authorized = true): void =>
      this.requests.answered({ at, method: request.method, target: url.pathname + url.search, authorized, status });
    // The whole body first, as an intake would: a caller that is killed while sending has sent nothing.
    const body = new Uint8Array(await request.arrayBuffer());
    if (this.#settings.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#settings.latencyMs));
    const fault = this.faults.next();
    if (fault?.do === "hang") {
      log(0);
      return this.#hang(request);
    }
    const early = this.#broken(fault);
    if (early !== undefined) {
      log(fault?.do === "cut" ? 0 : early.status);
      return early;
    }
    const { response, authorized } = this.#read(request, url, body, fault?.do === "deny");
    log(fault?.do === "lost-answer" ? 0 : response.status, authorized);
    return fault?.do === "lost-answer" ? cutAnswer("{}", "application/json") : response;
  }

  /** Faults that come before the body was looked at. */
  #broken(fault: Fault | undefined): Response | undefined {
    if (fault?.do === "status")
      return statusAnswer(fault, `{"error":"simulated ${fault.status}"}`, this.#now(), this.requests);
    if (fault?.do === "unreadable") return unreadableAnswer();
    return fault?.do === "cut" ? cutAnswer("{}", "application/json") : undefined;
  }

  #read(request: Request, url: URL, body: Uint8Array, deniesAll: boolean): { response: Response; authorized: boolean } {
    const now = this.#now();
    const text = decoded(request, body);
    if (text === undefined) return { response: answer(400, `{"error":"cannot decompress"}`), authorized: true };
    const tooLarge = this.#settings.maxBytes !== null && Buffer.byteLength(text) > this.#settings.maxBytes;
    const { isStored, ids: held } = this.memory;
    const around = { request, url, body, text, now, options: this.#options, isStored, held, kept: this.#kept };
    const reading = intakes[this.kind].read(around);
    if (reading.kind === "answer")
      return { response: answer(reading.status, reading.text), authorized: reading.authorized };
    if (tooLarge) return { response: answer(413, `{"error":"payload too large"}`), authorized: true };
    return { response: this.#decide(now, reading, deniesAll), authorized: true };
  }

  #decide(now: number, reading: Extract<Reading, { kind: "delivery" }>, deniesAll: boolean): Response {
    const { delivery, accepted } = reading;
    if (this.#settings.maxRecords !== null && delivery.records.length > this.#settings.maxRecords) {
      return answer(this.kind === "datadog" ? 400 : 413, `{"error":"too many records"}`);
    }
    const rule = deniesAll
      ? everything
      : this.#settings.refuse.find(({ contains }) => delivery.records.some((record) => record.includes(contains)));
    if (rule !== undefined) return this.#refuse(now, reading, rule);
    this.memory.note(now, delivery, { drops: reading.drops });
    reading.stored?.(delivery.records);
    return answer(accepted.status, accepted.text);
  }

  /** All of it, or what the rule is about where the protocol can tell of a part. */
  #refuse(
    now: number,
    { delivery, drops, refuses, stored }: Extract<Reading, { kind: "delivery" }>,
    rule: IntakeSettings["refuse"][number],
  ): Response {
    const bad = new Set<number>();
    for (const [index, record] of delivery.records.entries()) if (record.includes(rule.contains)) bad.add(index);
    const refused = delivery.records.filter((_, index) => bad.has(index));
    for (const record of refused) this.memory.refuse(record);
    const refusal = refuses?.(bad);
    const records = refusal?.kept ?? [];
    if (records.length > 0 && intakes[this.kind].partly === undefined)
      throw new Error(`A simulated ${this.kind} keeps a part of a batch, and its kind does not say what comes of that`);
    if (records.length > 0) this.memory.note(now, { ...delivery, records }, { drops, refused });
    else this.memory.note(now, delivery, undefined);
    stored?.(records);
    return refusal === undefined
      ? answer(rule.status, `{"error":"a record is not acceptable"}`)
      : answer(refusal.status, refusal.text);
  }
}

function decoded(request: Request, body: Uint8Array): string | undefined {
  if (request.headers.get("content-encoding") !== "gzip") return new TextDecoder().decode(body);
  try {
    return new TextDecoder().decode(gunzipSync(body));
  } catch {
    return undefined;
  }
}

function answer(status: number, text: string): Response {
  return new Response(status === 204 ? null : text, { status, headers: { "content-type": "application/json" } });
}
