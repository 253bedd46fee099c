import { readConfig } from "./config/read-config.ts";
import { cronPorts, fireCron } from "./cron.ts";
import { datasets, permissionOf } from "./datasets/registry.ts";
import type { Env } from "./env.ts";
import { forwarderOf } from "./forwarder/stub.ts";
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
  now: () => Date.now(),
  config: () => readConfig({ ...env }),
  fleet: () => forwarderOf(env).fleet(),
  tenant: (id, home) => tenantAt(env, id, home),
  async forgetTenant(id, home) {
    await tenantAt(env, id, home).forget();
    await forwarderOf(env).forget(id);
  },
  permission: (name) => {
    const dataset = datasets.get(name);
    return dataset === undefined ? undefined : permissionOf(dataset).label;
  },
});

const app = createApp(gatewayTo);

export default {
  fetch: (request, env, ctx) => app.fetch(request, env, ctx),

  async scheduled(controller, env) {
    await fireCron(cronPorts(env), controller.scheduledTime);
  },
} satisfies ExportedHandler<Env>;
