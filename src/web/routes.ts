import type { Context, Handler, Hono, MiddlewareHandler } from "hono";
import { showChain } from "./chain.ts";
import { showMetrics } from "./metrics/show-metrics.ts";
import { deleteDeadLetters, forget, pause, poll, redrive, replay, resume, verify } from "./operations.tsx";
import { showOpenapi } from "./openapi/show-openapi.ts";
import { Refusal } from "./refusal.ts";
import { showDeadLetters, showStatus, showTenant, showVerify } from "./views.tsx";
import type { WebTypes } from "./web-types.ts";

type Method = "GET" | "POST" | "DELETE";

export interface Route {
  readonly method: Method;
  readonly path: string;
  /** An operation is for admins; the rest is for viewers too. */
  readonly operates: boolean;
  readonly handle: Handler<WebTypes>;
}

/** Every route behind the door. The POST twins of the two DELETEs are there because a form without script cannot send one. */
export const routes: readonly Route[] = [
  see("/", (c) => c.redirect("/status")),
  see("/status", showStatus),
  see("/status/:tenant", showTenant),
  see("/verify/:tenant", showVerify),
  operate("POST", "/tenants/:tenant/verify", verify),
  operate("POST", "/tenants/:tenant/poll", poll),
  operate("POST", "/tenants/:tenant/pause", pause),
  operate("POST", "/tenants/:tenant/resume", resume),
  operate("POST", "/tenants/:tenant/replay", replay),
  see("/tenants/:tenant/chain", showChain),
  see("/tenants/:tenant/dead-letters", showDeadLetters),
  operate("POST", "/tenants/:tenant/dead-letters/redrive", redrive),
  operate("DELETE", "/tenants/:tenant/dead-letters", deleteDeadLetters),
  operate("POST", "/tenants/:tenant/dead-letters/delete", deleteDeadLetters),
  operate("DELETE", "/tenants/:tenant", forget),
  operate("POST", "/tenants/:tenant/forget", forget),
  see("/journal", notYet("show the journal")),
  see("/metrics", showMetrics),
  see(
    "/openapi.json",
    showOpenapi(() => routes),
  ),
];

export function addRoutes(app: Hono<WebTypes>): void {
  const methods = new Map([["/healthz", ["GET", "HEAD"]]]);
  for (const { method, path, operates, handle } of routes) {
    if (operates) {
      app.on(method, path, adminsOnly);
    }
    app.on(method, path, handle);
    methods.set(path, [...(methods.get(path) ?? []), ...(method === "GET" ? ["GET", "HEAD"] : [method])]);
  }
  for (const [path, allowed] of methods) {
    app.all(path, (c) => {
      throw wrongMethod(c, allowed);
    });
  }
}

const adminsOnly: MiddlewareHandler<WebTypes> = async (c, next) => {
  if (c.get("role") !== "admin") {
    throw new Refusal(403, {
      what: "Cannot do this with the viewer token: it may only see",
      where: "header Authorization",
      mend: "Use the admin token",
    });
  }
  await next();
};

function see(path: string, handle: Handler<WebTypes>): Route {
  return { method: "GET", path, operates: false, handle };
}

function operate(method: Method, path: string, handle: Handler<WebTypes>): Route {
  return { method, path, operates: true, handle };
}

function notYet(what: string): Handler<WebTypes> {
  return (c) => {
    throw new Refusal(501, {
      what: `Cannot ${what}: this version does not have it yet`,
      where: c.req.path,
      mend: "Look for a newer version",
    });
  };
}

function wrongMethod(c: Context<WebTypes>, allowed: readonly string[]): Refusal {
  const text = { what: `Cannot ${c.req.method} here`, where: c.req.path, mend: `Use ${allowed.join(" or ")}` };
  return new Refusal(405, text, { headers: { Allow: allowed.join(", ") } });
}
