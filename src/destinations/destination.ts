import type { z } from "zod";
import type { Format, FormatContext, FormatName } from "../formats/format.ts";
import { formatNamed } from "../formats/registry.ts";
import type { Secret } from "../secret.ts";
import { version } from "../version.ts";
import { OutgoingRecord, type SpooledRecord } from "./record.ts";

/**
 * The seam of a destination: it encodes a batch and judges an answer. Both are pure; sending, waiting, retrying and
 * splitting live in `delivery/`.
 */

/** What a destination may know about the batch that it encodes. */
export interface BatchContext extends FormatContext {
  /** True for the marked record of a verification. */
  readonly test?: boolean;
}

/** The dataset under whose name a record is found there: that of a verification is among no others. */
export const shownDataset = ({ dataset, test }: Pick<BatchContext, "dataset" | "test">): string =>
  test === true ? "verification" : dataset;

/** A body is `open`, the encoded records joined by `separator`, `close`: so its size is known before it is built. */
export interface Frame {
  readonly open: string;
  readonly separator: string;
  readonly close: string;
}

export interface OutgoingRequest {
  /** `https:`, or `r2://<binding>/<key>` for an object of a bucket that is bound to the Worker. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly gzip: boolean;
  readonly signature?: Signature;
}

/** How a request is signed, over the bytes that are sent. */
export type Signature =
  /** `{id}.{timestamp}.{body}` as Standard Webhooks say, anew at each attempt. */
  | { readonly kind: "standard-webhooks"; readonly secret: Secret }
  /** HMAC-SHA256 of the body in a header, after `prefix`. */
  | {
      readonly kind: "hmac-sha256";
      readonly secret: Secret;
      readonly header: string;
      readonly encoding: "hex" | "base64";
      readonly prefix: string;
    };

/** How an intake that wants a token first gives one. It is kept in memory until it ends or is refused. */
export interface Authorization<Settings> {
  /** The key of the settings that leads its requests elsewhere, which only development may do: what it sends are credentials. */
  readonly urlKey: string;
  /** The only hosts that it asks. */
  readonly hosts: ReadonlySet<string>;
  request(settings: Settings): OutgoingRequest & { readonly body: string };
  read(answer: Answer): Grant;
}

export type Grant =
  | { readonly kind: "granted"; readonly token: Secret; readonly expiresInMs: number }
  | Extract<Verdict, { kind: "try-later" | "locked-out" }>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string | undefined;
}

export type Verdict =
  | { readonly kind: "accepted" }
  /** Accepted but for these: index in the batch → why. They are tried again alone before they are given up. */
  | { readonly kind: "accepted-except"; readonly refused: ReadonlyMap<number, string> }
  /** Accepted but for some, and it does not say which, and wants none of them again: all are kept as dead letters. */
  | { readonly kind: "accepted-some"; readonly why: string }
  /** The intake cannot now; the same bytes again later. */
  | { readonly kind: "try-later"; readonly why: string }
  /** Too large in whole: split and go on. */
  | { readonly kind: "too-big"; readonly why: string }
  /** One or all of them are bad: split to find out. `culprit` is the index of the one that the intake names. */
  | { readonly kind: "refused"; readonly why: string; readonly culprit?: number }
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
  /** Records dated further into the future are dropped or refused for that; they are stamped anew. Milliseconds. */
  readonly maxAheadMs?: number;
}

export type OldRecords = "send" | "skip" | "restamp";

export interface DestinationSpec<Settings> {
  /** As the operator writes it in `type`. */
  readonly type: string;
  readonly title: string;
  /** The vendor page it was written from. */
  readonly source: URL;
  /** The keys of the secret that only this type has: strict, with the vendor's words; credentials as `Secret`. */
  readonly settings: z.ZodType<Settings>;
  readonly limits: Limits;
  /** The shape that the vendor's own content reads. */
  readonly prefers: FormatName;
  /** Datasets for which the vendor's content reads another shape. */
  readonly prefersFor?: ReadonlyMap<string, FormatName>;
  /** Shapes that make no sense there, each with the reason, which goes on after the name: `is read by Panther alone`. */
  readonly refuses: Readonly<Partial<Record<FormatName, string>>>;
  /** Raised when the encoding changes: what waits is then formed anew, under new batch ids. */
  readonly encodingVersion: number;
  /** Its requests go to what is bound to the Worker, and so to no host of the network: `url` has a scheme of its own. */
  readonly isBound?: true;
  /** Where requests go. An operator's `url` always overrides what is derived. */
  url(settings: Settings): URL;
  frame(batch: BatchContext, settings: Settings): Frame;
  encode(record: OutgoingRecord, batch: BatchContext, settings: Settings): string;
  /** For an intake that wants a token before it takes records. */
  readonly authorization?: Authorization<Settings>;
  /** Everything of the request but its body and its `User-Agent`; `token` is what `authorization` led to. */
  request(batch: BatchRequest, settings: Settings, token?: Secret): OutgoingRequest;
  judge(answer: Answer, batch: SentBatch): Verdict;
}

/** `id` is stable for the batch. */
export type BatchRequest = BatchContext & { readonly id: string };

export interface SentBatch {
  /** How many records it holds. */
  readonly records: number;
}

/** A destination type with its settings bound: what delivery works with. */
export interface Destination {
  readonly type: string;
  readonly limits: Limits;
  /** Differs where the same records would be other bytes. */
  encodingVersion(dataset: string): string;
  /** The host requests go to; the only part of the address that may be shown. */
  readonly host: string;
  frame(batch: BatchContext): Frame;
  encode(record: SpooledRecord, batch: BatchContext): string;
  readonly authorization?: { request(): OutgoingRequest & { readonly body: string }; read(answer: Answer): Grant };
  request(batch: BatchRequest, token?: Secret): OutgoingRequest;
  judge(answer: Answer, batch: SentBatch): Verdict;
}

/** A type before its settings are known: what the registry holds and the configuration opens. */
export interface DestinationType {
  readonly type: string;
  readonly title: string;
  readonly source: URL;
  readonly settings: z.ZodType;
  readonly limits: Limits;
  readonly prefers: FormatName;
  readonly prefersFor: ReadonlyMap<string, FormatName>;
  readonly refuses: Readonly<Partial<Record<FormatName, string>>>;
  /** Binds settings, and the format that the operator chose, if any. Throws a `ZodError` when `settings` does not accept them. */
  open(settings: unknown, format?: FormatName): Destination;
  /** Every address that requests go to under these settings, for the host check. */
  addressesOf(settings: unknown): readonly Address[];
}

export interface Address {
  /** The key of the secret that it comes from. */
  readonly key: string;
  readonly url: URL;
  /** The only hosts that are meant; absent where any public one may be. */
  readonly hosts?: ReadonlySet<string>;
}

/** Closes over `Settings` once, so that specs with different settings can stand in one registry. */
export function defineDestination<Settings>(spec: DestinationSpec<Settings>): DestinationType {
  const { type, title, source, limits, prefers, prefersFor = new Map(), refuses } = spec;
  return {
    type,
    title,
    source,
    settings: spec.settings,
    limits,
    prefers,
    prefersFor,
    refuses,
    addressesOf: (input) => addressesOf(spec, spec.settings.parse(input)),
    open: (input, chosen) =>
      bind(spec, spec.settings.parse(input), (dataset) => formatNamed(chosen ?? prefersFor.get(dataset) ?? prefers)),
  };
}

function addressesOf<Settings>(spec: DestinationSpec<Settings>, settings: Settings): readonly Address[] {
  const { authorization, isBound = false } = spec;
  // Of such an address the operator wrote a name only.
  if (isBound) return [];
  const intake = { key: "url", url: spec.url(settings) };
  if (authorization === undefined) return [intake];
  const { urlKey: key, hosts } = authorization;
  return [intake, { key, url: new URL(authorization.request(settings).url), hosts }];
}

function bind<Settings>(
  spec: DestinationSpec<Settings>,
  settings: Settings,
  formatOf: (dataset: string) => Format,
): Destination {
  const { authorization } = spec;
  return {
    type: spec.type,
    limits: spec.limits,
    encodingVersion: (dataset) => versionOf(spec.encodingVersion, formatOf(dataset)),
    host: spec.url(settings).host,
    frame: (batch) => spec.frame(batch, settings),
    encode: (record, batch) => spec.encode(new OutgoingRecord(record, formatOf(batch.dataset), batch), batch, settings),
    ...(authorization === undefined
      ? {}
      : {
          authorization: {
            request: () => withSender(authorization.request(settings)),
            read: (answer: Answer) => authorization.read(answer),
          },
        }),
    request: (batch, token) => {
      const request = spec.request(batch, settings, token);
      // A bucket would keep it with the object.
      return spec.isBound === true ? request : withSender(request);
    },
    judge: (answer, batch) => spec.judge(answer, batch),
  };
}

/** Every request says who sends it, unless the operator's own headers do. */
function withSender<Request extends OutgoingRequest>(request: Request): Request {
  const { headers } = request;
  const isSaid = Object.keys(headers).some((name) => name.toLowerCase() === "user-agent");
  return isSaid ? request : { ...request, headers: { ...headers, "User-Agent": `kandji-forwarder/${version}` } };
}

/** Part of batch ids, in which Standard Webhooks allow no dot. */
const versionOf = (encoding: number, format: Format): string =>
  format.name === "raw" ? String(encoding) : `${encoding}-${format.name}${format.version}`;
