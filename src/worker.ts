import { hideSecrets } from "./config/hide-secrets.ts";
import { readConfig } from "./config/read-config.ts";
import { cronPorts, fireCron } from "./cron.ts";
import { kandjiDatasets, permissionOf } from "./datasets/registry.ts";
import type { Env } from "./env.ts";
import { forwarderOf } from "./forwarder/stub.ts";
import { exchange } from "./http.ts";
import { tenantAt } from "./tenant/placement.ts";
import { version } from "./version.ts";
import { createApp } from "./web/app.tsx";
import type { Gateway } from "./web/gateway.ts";

export { Forwarder } from "./forwarder/forwarder-object.ts";
export { Tenant } from "./tenant/tenant-object.ts";

const gatewayTo = (env: Env): Gateway => ({
  version,
  adminToken: env.ADMIN_TOKEN,
  viewerToken: env.VIEWER_TOKEN,
  access: { teamDomain: env.ACCESS_TEAM_DOMAIN, audience: env.ACCESS_AUD, admins: env.ACCESS_ADMINS },
  fetchKeys: (url) => exchange((to, init) => fetch(to, init), { url, method: "GET", headers: {} }, keyLimits),
  now: () => Date.now(),
  config: () => readConfig({ ...env }),
  fleet: () => forwarderOf(env).fleet(),
  tenant: (id, home) => tenantAt(env, id, home),
  async forgetTenant(id, home) {
    await tenantAt(env, id, home).forget();
    await forwarderOf(env).forget(id);
  },
  permission: (name) => {
    const dataset = kandjiDatasets.get(name);
    return dataset === undefined ? undefined : permissionOf(dataset).label;
  },
  record: (entry) => journalling(forwarderOf(env).record(entry)),
  refused: (access) => journalling(forwarderOf(env).refused(access)),
  journal: (query) => forwarderOf(env).journal(query),
  hide: (text) => hideSecrets(text, env),
});

/** The keys of Cloudflare Access: a person waits for them. */
const keyLimits = { timeoutMs: 5_000, maxBytes: 256 * 1024 };

/** What was done is done: whoever asked must not repeat it because the journal failed. The log says that an entry is missing. */
async function journalling(writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    const message = error instanceof Error ? error.message : "unknown";
    console.error(JSON.stringify({ event: "journal-not-written", message }));
  }
}

const app = createApp(gatewayTo);

export default {
  fetch: (request, env, ctx) => app.fetch(request, env, ctx),

  async scheduled(controller, env) {
    await fireCron(cronPorts(env), controller.scheduledTime);
  },
} satisfies ExportedHandler<Env>;
