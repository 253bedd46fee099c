import type { z } from "zod";
import type { Secret } from "../secret.ts";

/**
 * The seam of a destination: it encodes a batch and judges an answer. Both are pure; sending, waiting, retrying and
 * splitting live in `delivery/`.
 */

/** One record on its way out: the text that Kandji sent, and what delivery knows about it. */
export interface OutgoingRecord {
  readonly raw: string;
  /** Set when the record is older than the intake takes and the operator chose to restamp it: milliseconds since 1970. */
  readonly restampedAt?: number;
}

/** What a destination may know about the batch that it encodes. */
export interface BatchContext {
  readonly tenant: string;
  readonly dataset: string;
  /** True for the marked record of a verification. */
  readonly test?: boolean;
}

/** A body is `open`, the encoded records joined by `separator`, `close`: so its size is known before it is built. */
export interface Frame {
  readonly open: string;
  readonly separator: string;
  readonly close: string;
}

export interface OutgoingRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly gzip: boolean;
  /** Signs `{id}.{timestamp}.{body}` as Standard Webhooks say, anew at each attempt. */
  readonly signingSecret?: Secret;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string | undefined;
}

export type Verdict =
  | { readonly kind: "accepted" }
  /** Accepted but for these: index in the batch → why. They are tried again alone before they are given up. */
  | { readonly kind: "accepted-except"; readonly refused: ReadonlyMap<number, string> }
  /** The intake cannot now; the same bytes again later. */
  | { readonly kind: "try-later"; readonly why: string }
  /** Too large in whole: split and go on. */
  | { readonly kind: "too-big"; readonly why: string }
  /** One or all of them are bad: split to find out. */
  | { readonly kind: "refused"; readonly why: string }
  /** Credentials or address: hold, tell, probe. */
  | { readonly kind: "locked-out"; readonly why: string; readonly fix: string };

export interface Limits {
  readonly records: number;
  /** Bytes of the body before compression. */
  readonly bytes: number;
  /** Bytes of one encoded record, where the intake has such a limit of its own. */
  readonly recordBytes?: number;
  /** Records older than this are dropped by the intake without a word; absent where it takes any age. Milliseconds. */
  readonly maxAgeMs?: number;
}

export type OldRecords = "send" | "skip" | "restamp";
export type FormatName = "raw";

export interface DestinationSpec<Settings> {
  /** As the operator writes it in `type`. */
  readonly type: string;
  readonly title: string;
  /** The vendor page it was written from. */
  readonly source: URL;
  /** The keys of the secret that only this type has: strict, with the vendor's words; credentials as `Secret`. */
  readonly settings: z.ZodType<Settings>;
  readonly limits: Limits;
  readonly prefers: FormatName;
  /** Raised when the encoding changes: what waits is then formed anew, under new batch ids. */
  readonly encodingVersion: number;
  /** Where requests go. An operator's `url` always overrides what is derived. */
  url(settings: Settings): URL;
  frame(settings: Settings): Frame;
  encode(record: OutgoingRecord, batch: BatchContext, settings: Settings): string;
  /** Everything of the request but its body; `id` is stable for the batch. */
  request(batch: BatchContext & { readonly id: string }, settings: Settings): OutgoingRequest;
  judge(answer: Answer): Verdict;
}

/** A destination type with its settings bound: what delivery works with. */
export interface Destination {
  readonly type: string;
  readonly limits: Limits;
  readonly encodingVersion: number;
  /** The host requests go to; the only part of the address that may be shown. */
  readonly host: string;
  readonly frame: Frame;
  encode(record: OutgoingRecord, batch: BatchContext): string;
  request(batch: BatchContext & { readonly id: string }): OutgoingRequest;
  judge(answer: Answer): Verdict;
}

/** A type before its settings are known: what the registry holds and the configuration opens. */
export interface DestinationType {
  readonly type: string;
  readonly title: string;
  readonly source: URL;
  readonly settings: z.ZodType;
  readonly limits: Limits;
  readonly prefers: FormatName;
  /** Binds settings that `settings` has parsed. Throws a `ZodError` when it does not accept them. */
  open(settings: unknown): Destination;
  /** The URL that the settings lead to, for the host check. */
  urlOf(settings: unknown): URL;
}

/** Closes over `Settings` once, so that specs with different settings can stand in one registry. */
export function defineDestination<Settings>(spec: DestinationSpec<Settings>): DestinationType {
  return {
    type: spec.type,
    title: spec.title,
    source: spec.source,
    settings: spec.settings,
    limits: spec.limits,
    prefers: spec.prefers,
    urlOf: (input) => spec.url(spec.settings.parse(input)),
    open(input) {
      const settings = spec.settings.parse(input);
      return {
        type: spec.type,
        limits: spec.limits,
        encodingVersion: spec.encodingVersion,
        host: spec.url(settings).host,
        frame: spec.frame(settings),
        encode: (record, batch) => spec.encode(record, batch, settings),
        request: (batch) => spec.request(batch, settings),
        judge: (answer) => spec.judge(answer),
      };
    },
  };
}
