import { hash } from "node:crypto";
import { eventTimeOf, type EventTime } from "../formats/event-time.ts";
import type { Format, FormatContext, FormatName, ReadRecord } from "../formats/format.ts";
import { fieldsIn, jsonOf } from "../json.ts";

/** One record of the spool: the text that Kandji sent, and what delivery knows about it. */
export interface SpooledRecord {
  readonly raw: string;
  /** Set when the intake would drop the record for its age and the operator chose to restamp it: milliseconds since 1970. */
  readonly restampedAt?: number;
}

/** A record on its way out. What is read out of it is read when it is asked for, and once. */
export class OutgoingRecord implements ReadRecord {
  readonly raw: string;
  readonly restampedAt: number | undefined;
  readonly #format: Format;
  readonly #context: FormatContext;
  #value: { readonly parsed: unknown } | undefined;
  #time: { readonly read: EventTime | undefined } | undefined;

  constructor({ raw, restampedAt }: SpooledRecord, format: Format, context: FormatContext) {
    this.raw = raw;
    this.restampedAt = restampedAt;
    this.#format = format;
    this.#context = context;
  }

  /** The name of the format that was chosen. */
  get format(): FormatName {
    return this.#format.name;
  }

  /** In the format that was chosen. */
  get text(): string {
    return this.#format.shape(this, this.#context);
  }

  get value(): unknown {
    this.#value ??= { parsed: jsonOf(this.raw) };
    return this.#value.parsed;
  }

  get time(): EventTime | undefined {
    this.#time ??= { read: eventTimeOf(this.value) };
    return this.#time.read;
  }

  /** The same for the same record, whoever sends it and however often: the id of an event, or a hash of what a row says. */
  get id(): string {
    return this.#eventId() ?? this.#rowId();
  }

  /** The same, with the tenant in every case: two tenants may show the same account. */
  get idOfTenant(): string {
    const id = this.#eventId();
    return id === undefined ? this.#rowId() : `${this.#context.tenant}:${id}`;
  }

  #eventId(): string | undefined {
    const { id, _forwarder: noticed } = fieldsIn(this.value);
    const isOne = noticed === undefined && typeof id === "string" && id !== "" && id.length <= maxIdLength;
    return isOne ? id : undefined;
  }

  #rowId(): string {
    const { tenant, dataset } = this.#context;
    return `${tenant}:${dataset}:${hash("sha256", this.raw)}`;
  }
}

/** Elasticsearch takes ids of 512 bytes; Kandji's have 26. */
const maxIdLength = 128;
