import * as z from "zod";
import { version } from "../version.ts";
import { descriptions, type ActionName } from "./actions.ts";

/**
 * What people and programs did to this forwarder: its own audit log. One entry is one object with the attributes of
 * Panther's audit log (https://docs.panther.com/data-onboarding/supported-logs/panther-audit-logs), and `forwarderVersion`
 * in place of `pantherVersion`.
 */

export const actionResults = ["SUCCEEDED", "FAILED", "PARTIALLY_FAILED"] as const;
export type ActionResult = (typeof actionResults)[number];

/** Flat, so that every value of an entry can be looked at: no record and no secret hides in it. */
export type Facts = Readonly<Record<string, string | number | boolean | null | readonly string[] | readonly number[]>>;

export interface Actor {
  readonly id: string;
  /** A person whom Cloudflare Access let in is a USER, everything else a TOKEN. */
  readonly type: "USER" | "TOKEN";
  readonly name?: string | undefined;
  readonly attributes?: Facts | undefined;
}

/** Where a request came from, as far as it says; nothing of it is known of what the forwarder noticed by itself. */
export interface Provenance {
  readonly sourceIP?: string | undefined;
  readonly XForwardedFor?: readonly string[] | undefined;
  readonly userAgent?: string | undefined;
}

export interface JournalEntry extends Provenance {
  readonly actionName: string;
  readonly actionDescription?: string | undefined;
  readonly actionResult: ActionResult;
  /** `static` stood in the address, `dynamic` in the body. */
  readonly actionParams?: { readonly static: Facts; readonly dynamic: Facts } | undefined;
  readonly actionDetails?: Facts | undefined;
  readonly actor: Actor;
  readonly errors?: readonly { readonly message: string }[] | undefined;
  /** RFC 3339, UTC, with milliseconds. */
  readonly timestamp: string;
  readonly forwarderVersion: string;
}

const fact = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string()), z.array(z.number())]);
const facts = z.record(z.string(), fact);

/** Exactly the attributes of the contract. */
export const journalEntry: z.ZodType<JournalEntry> = z.strictObject({
  actionName: z.string().min(1),
  actionDescription: z.string().optional(),
  actionResult: z.enum(actionResults),
  actionParams: z.strictObject({ static: facts, dynamic: facts }).optional(),
  actionDetails: facts.optional(),
  actor: z.strictObject({
    id: z.string().min(1),
    type: z.enum(["USER", "TOKEN"]),
    name: z.string().optional(),
    attributes: facts.optional(),
  }),
  errors: z.array(z.strictObject({ message: z.string() })).optional(),
  sourceIP: z.string().optional(),
  XForwardedFor: z.array(z.string()).optional(),
  userAgent: z.string().optional(),
  timestamp: z.iso.datetime(),
  forwarderVersion: z.string().min(1),
});

/** What an entry is made of; the rest follows. */
export interface Deed extends Provenance {
  readonly action: ActionName;
  readonly result: ActionResult;
  readonly actor: Actor;
  readonly static?: Facts | undefined;
  readonly dynamic?: Facts | undefined;
  readonly details?: Facts | undefined;
  readonly errors?: readonly string[] | undefined;
}

/** `at`: when it was attempted, in milliseconds since 1970. */
export function entryOf(deed: Deed, at: number): JournalEntry {
  const { action, result, actor, details, errors = [], sourceIP, XForwardedFor, userAgent } = deed;
  return {
    actionName: action,
    actionDescription: descriptions[action],
    actionResult: result,
    actionParams: { static: boundedFacts(deed.static), dynamic: boundedFacts(deed.dynamic) },
    ...(details !== undefined && { actionDetails: boundedFacts(details) }),
    actor,
    ...(errors.length > 0 && { errors: errors.slice(0, mostItems).map((message) => ({ message: cut(message) })) }),
    ...(sourceIP !== undefined && { sourceIP }),
    ...(XForwardedFor !== undefined && { XForwardedFor }),
    ...(userAgent !== undefined && { userAgent }),
    timestamp: new Date(at).toISOString(),
    forwarderVersion: version,
  };
}

/** The forwarder itself did it, or noticed what somebody did whom it cannot know. */
export const itself: Actor = { id: "kandji-forwarder", type: "TOKEN", name: "kandji-forwarder" };

/** An entry is one row, and there may be many: it stays small, whatever was sent. */
const mostItems = 50;
const longestText = 500;

const cut = (text: string): string => (text.length <= longestText ? text : `${text.slice(0, longestText)}…`);

function boundedFacts(given: Facts = {}): Facts {
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, value]): [string, Facts[string]][] => {
      if (typeof value === "string") return [[key, cut(value)]];
      if (!isList(value)) return [[key, value]];
      const kept = value.slice(0, mostItems).map((item) => (typeof item === "string" ? cut(item) : item));
      // Says how many there were where not all of them stand here.
      const count: [string, number][] = value.length > mostItems ? [[`${key}Count`, value.length]] : [];
      return [[key, kept as readonly string[] | readonly number[]], ...count];
    }),
  );
}

const isList = (value: Facts[string]): value is readonly string[] | readonly number[] => Array.isArray(value);
