import type { Context, Handler, Hono, MiddlewareHandler } from "hono";
import type { ActionName } from "../journal/actions.ts";
import { guidePath } from "../status/told-problem.ts";
import { showChain } from "./chain.ts";
import { showJournal } from "./journal.tsx";
import { journalled } from "./journalling.ts";
import { showMetrics } from "./metrics/show-metrics.ts";
import { showOpenapi } from "./openapi/show-openapi.ts";
import { deleteDeadLetters, forget, pause, poll, redrive, resume } from "./operations.tsx";
import { Refusal } from "./refusal.ts";
import { replay, showReplay } from "./replay.tsx";
import { verify } from "./verify.tsx";
import { showDeadLetters, showGuide, showStatus, showTenant, showVerify } from "./views.tsx";
import type { WebTypes } from "./web-types.ts";

type Method = "GET" | "POST" | "DELETE";

export interface Route {
  readonly method: Method;
  readonly path: string;
  /** As what the journal knows an operation, which is for admins; `undefined` for the rest, which is for viewers too. */
  readonly operates: ActionName | undefined;
  readonly handle: Handler<WebTypes>;
}

/** Every route behind the door. The POST twins of the two DELETEs are there because a form without script cannot send one. */
export const routes: readonly Route[] = [
  see("/", (c) => c.redirect("/status")),
  see("/status", showStatus),
  see("/status/:tenant", showTenant),
  see("/verify/:tenant", showVerify),
  operate("VERIFY", "POST", "/tenants/:tenant/verify", verify),
  operate("POLL", "POST", "/tenants/:tenant/poll", poll),
  operate("PAUSE", "POST", "/tenants/:tenant/pause", pause),
  operate("RESUME", "POST", "/tenants/:tenant/resume", resume),
  see("/tenants/:tenant/replay", showReplay),
  operate("REPLAY", "POST", "/tenants/:tenant/replay", replay),
  see("/tenants/:tenant/chain", showChain),
  see("/tenants/:tenant/dead-letters", showDeadLetters),
  operate("REDRIVE_DEAD_LETTERS", "POST", "/tenants/:tenant/dead-letters/redrive", redrive),
  operate("DELETE_DEAD_LETTERS", "DELETE", "/tenants/:tenant/dead-letters", deleteDeadLetters),
  operate("DELETE_DEAD_LETTERS", "POST", "/tenants/:tenant/dead-letters/delete", deleteDeadLetters),
  operate("FORGET_TENANT", "DELETE", "/tenants/:tenant", forget),
  operate("FORGET_TENANT", "POST", "/tenants/:tenant/forget", forget),
  see("/journal", showJournal),
  see(guidePath, showGuide),
  see("/metrics", showMetrics),
  see(
    "/openapi.json",
    showOpenapi(() => routes),
  ),
];

export function addRoutes(app: Hono<WebTypes>): void {
  const methods = new Map([["/healthz", ["GET", "HEAD"]]]);
  for (const { method, path, operates, handle } of routes) {
    if (operates !== undefined) {
      app.on(method, path, journalled(operates), adminsOnly);
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
      what: "Cannot do this: you may only see",
      where: "header Authorization, or variable ACCESS_ADMINS",
      mend: "Use the admin token; whom Cloudflare Access let in may operate when ACCESS_ADMINS names him",
    });
  }
  await next();
};

function see(path: string, handle: Handler<WebTypes>): Route {
  return { method: "GET", path, operates: undefined, handle };
}

function operate(operates: ActionName, method: Method, path: string, handle: Handler<WebTypes>): Route {
  return { method, path, operates, handle };
}

function wrongMethod(c: Context<WebTypes>, allowed: readonly string[]): Refusal {
  const text = { what: `Cannot ${c.req.method} here`, where: c.req.path, mend: `Use ${allowed.join(" or ")}` };
  return new Refusal(405, text, { headers: { Allow: allowed.join(", ") } });
}
