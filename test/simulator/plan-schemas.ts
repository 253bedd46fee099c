/** Plans and changes as JSON: what the command line and the control routes accept. Unknown keys are mistakes. */
import * as z from "zod";
import { fleetWishes } from "./fleet/fleet-schemas.ts";
import { intakeKinds } from "./intakes.ts";

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const milliseconds = z.number().min(0);

export const eventPlan = z.strictObject({
  seed: z.int(),
  count,
  from: milliseconds,
  to: milliseconds,
  ties: z.strictObject({ groups: count, size: count }).optional(),
  future: z.strictObject({ count, aheadMs: milliseconds }).optional(),
  late: z.strictObject({ share, byMs: milliseconds }).optional(),
  odd: count.optional(),
  bare: count.optional(),
  marked: z.strictObject({ count, text: z.string() }).optional(),
  recordBytes: count.optional(),
});

const fault = z.discriminatedUnion("do", [
  z.strictObject({
    do: z.literal("status"),
    status: z.int().min(200).max(599),
    body: z.string().optional(),
    retryAfter: z.strictObject({ seconds: z.number().min(0), as: z.enum(["seconds", "date"]) }).optional(),
  }),
  z.strictObject({ do: z.enum(["hang", "cut", "lost-answer", "unreadable", "deny"]) }),
]);

export const faultSettings = z.strictObject({
  always: fault.nullable().optional(),
  script: z.array(z.union([fault, z.literal("ok")])).optional(),
  shares: z.array(z.strictObject({ share, fault })).optional(),
});

const rate = z.strictObject({ perSecond: count.nullable(), perHour: count.nullable(), announced: z.boolean() });

export const kandjiChange = z.strictObject({
  token: z.string().optional(),
  permissions: z.array(z.string()).optional(),
  rate: rate.optional(),
  endDate: z.enum(["inclusive", "exclusive"]).optional(),
  next: z.enum(["url", "token", "foreign", "same"]).optional(),
  foreignOrigin: z.url().optional(),
  nextCarriesDates: z.boolean().optional(),
  largePages: z.strictObject({ above: count, fault }).nullable().optional(),
  unavailable: z.record(z.string(), z.int().min(400).max(599)).optional(),
  shortPages: z.strictObject({ share, least: count }).nullable().optional(),
  peoplePerPage: z.int().min(1).optional(),
  vulnerabilityNames: z.enum(["documented", "observed"]).optional(),
  latencyMs: milliseconds.optional(),
  clockAheadMs: z.int().optional(),
});

export const intakeChange = z.strictObject({
  refuse: z
    .array(z.strictObject({ contains: z.string(), status: z.union([z.literal(400), z.literal(422)]) }))
    .optional(),
  maxRecords: count.nullable().optional(),
  maxBytes: count.nullable().optional(),
  latencyMs: milliseconds.optional(),
});

const kandjiPlan = kandjiChange.extend({
  token: z.string(),
  host: z.string().optional(),
  seed: z.int().optional(),
  events: z.array(eventPlan).optional(),
  fleet: fleetWishes.optional(),
  faults: faultSettings.optional(),
});

const pantherAuth = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("bearer"), token: z.string() }),
  z.strictObject({ kind: z.literal("basic"), username: z.string(), password: z.string() }),
  z.strictObject({ kind: z.literal("shared-secret"), header: z.string(), value: z.string() }),
  z.strictObject({
    kind: z.literal("hmac"),
    header: z.string(),
    secret: z.string(),
    encoding: z.enum(["hex", "base64"]),
    prefix: z.string(),
  }),
]);

const intakePlan = intakeChange.extend({
  kind: z.enum(intakeKinds),
  signingSecret: z.string().optional(),
  apiKey: z.string().optional(),
  panther: pantherAuth.optional(),
  isIruAudit: z.boolean().optional(),
  runreveal: z.enum(["structured", "generic"]).optional(),
  seed: z.int().optional(),
  keepTexts: z.boolean().optional(),
  faults: faultSettings.optional(),
  tenants: z.array(z.string()).optional(),
});

export const worldPlan = z.strictObject({
  kandji: z.record(z.string(), kandjiPlan),
  intakes: z.record(z.string(), intakePlan),
});
