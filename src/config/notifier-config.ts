import * as z from "zod";
import { checkedText, webAddress, type Complaint } from "../destinations/settings.ts";
import { Secret } from "../secret.ts";
import { configError, explain } from "./complaints.ts";
import type { NotifierConfig, Parsed } from "./config.ts";
import { duration } from "./duration.ts";
import { checkIntakeUrl } from "./hosts.ts";
import type { Named } from "./secret-text.ts";

/** What `NOTIFY_<NAME>` may hold: where it is told that something turned bad, or good again. */

export const notifierSecret = z.strictObject({
  type: z.enum(["slack", "teams", "json"]).meta({
    description: "Shape of the messages: a Slack incoming webhook, a Teams workflow, or plain JSON",
    examples: ["slack"],
  }),
  url: webAddress.meta({
    description: "Address to which messages are posted",
    examples: ["https://hooks.slack.com/services/…"],
  }),
  tenants: z
    .array(checkedText(checkTenantId))
    .min(1)
    .optional()
    .meta({ description: "Tenants of which it tells; all when left out", examples: [["acme"]] }),
  reminderEvery: duration({ atLeast: "1h", atMost: "30d" })
    .default(86_400_000)
    .meta({ description: "How often it is told again while it lasts", default: "24h", examples: ["24h", "never"] }),
  statusUrl: webAddress.optional().meta({
    description: "Address of the status page, to stand in messages",
    examples: ["https://kandji-forwarder.acme.workers.dev/status"],
  }),
});

function checkTenantId(id: string): Complaint | undefined {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/u.test(id)) return undefined;
  return {
    what: "is not the id of a tenant",
    fix: 'Write it as status does: TENANT_ACME_EU is "acme-eu"',
  };
}

const knownKeys = Object.keys(notifierSecret.shape);

export function parseNotifier(json: object, named: Named, allowLocal: boolean): Parsed<NotifierConfig> {
  const { id, secret, fingerprint } = named;
  const parsed = notifierSecret.safeParse(json);
  if (!parsed.success)
    return { ok: false, errors: explain(parsed.error.issues, { secret, json, knownKeys: () => knownKeys }) };
  const { url, type, tenants, reminderEvery, statusUrl } = parsed.data;
  const complaint = checkIntakeUrl(url, allowLocal);
  if (complaint !== undefined) return { ok: false, errors: [configError(secret, ["url"], complaint)] };
  const value = {
    id,
    secretName: secret,
    type,
    url: new Secret(url.href),
    host: url.host,
    tenants,
    reminderEveryMs: reminderEvery,
    statusUrl: statusUrl?.href,
    fingerprint,
  };
  return { ok: true, value };
}
