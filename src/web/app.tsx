/** The HTTP side of the forwarder: who may come in, which routes there are, and how a refusal is said. */

import { createHash } from "node:crypto";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { NONCE, secureHeaders } from "hono/secure-headers";
import { isCrossSite, minAdminTokenLength, roleOf, whyClosed } from "./access.ts";
import { refuse } from "./answers.tsx";
import type { Gateway } from "./gateway.ts";
import { createHealthCheck } from "./healthz.ts";
import { localTimes } from "./pages/local-times.ts";
import { Refusal } from "./refusal.ts";
import { addRoutes } from "./routes.ts";
import type { WebTypes } from "./web-types.ts";

const maxBodyBytes = 64 * 1024;

/** `open` makes the gateway of one request from its bindings. */
export function createApp<Bindings extends object>(open: (env: Bindings) => Gateway): Hono<WebTypes> {
  const app = new Hono<WebTypes>({ strict: false });
  const health = createHealthCheck();

  app.use(headers, unstored);
  app.use(async (c, next) => {
    c.set("gateway", open(c.env as Bindings));
    await next();
  });
  app.get("/healthz", async (c) => {
    const ok = await health.isWell(c.get("gateway"), (work) => keepAlive(c, work));
    return c.json({ ok }, ok ? 200 : 503);
  });
  app.use(letIn);
  app.use(sameSite);
  app.use(bodyLimit({ maxSize: maxBodyBytes, onError: (c) => refuse(c as Context<WebTypes>, tooLong) }));
  addRoutes(app);
  app.notFound((c) => refuse(c, notFound));
  app.onError((error, c) => refuse(c, error instanceof Refusal ? error : unexpected(error)));
  return app;
}

const headers: MiddlewareHandler<WebTypes> = secureHeaders({
  // The icon of a page is a picture in its own markup; nothing else is loaded from anywhere, and nothing runs but our one script.
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: [NONCE],
    scriptSrc: [`'sha256-${createHash("sha256").update(localTimes).digest("base64")}'`],
    imgSrc: ["data:"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
  },
  referrerPolicy: "no-referrer",
  xFrameOptions: "DENY",
  // Not for sub-domains: the operator may have some that are none of our business.
  strictTransportSecurity: "max-age=31536000",
});

const unstored: MiddlewareHandler<WebTypes> = async (c, next) => {
  await next();
  c.header("Cache-Control", "no-store");
};

const letIn: MiddlewareHandler<WebTypes> = async (c, next) => {
  const gateway = c.get("gateway");
  const closed = whyClosed(gateway);
  if (closed !== undefined) {
    throw new Refusal(503, {
      what: closed,
      where: "secret ADMIN_TOKEN",
      mend: `Put one of at least ${minAdminTokenLength} characters: openssl rand -hex 32 > admin-token.txt, then npx wrangler secret put ADMIN_TOKEN < admin-token.txt`,
    });
  }
  const role = await roleOf(c.req.header("Authorization"), gateway);
  if (role === undefined) {
    throw new Refusal(401, unauthorized, {
      headers: { "WWW-Authenticate": 'Basic realm="kandji-forwarder", charset="UTF-8"' },
    });
  }
  c.set("role", role);
  await next();
};

const unauthorized = {
  what: "Cannot let you in: the request carries no token, or a wrong one",
  where: "header Authorization",
  mend: "Send Authorization: Bearer <ADMIN_TOKEN or VIEWER_TOKEN>, or give it as the password in the browser with any user name",
};

const sameSite: MiddlewareHandler<WebTypes> = async (c, next) => {
  if (isCrossSite(c.req.method, c.req.url, c.req.raw.headers)) {
    throw new Refusal(403, {
      what: "Cannot accept a request that was sent by a page of another site",
      where: "headers Origin and Sec-Fetch-Site",
      mend: "Send it from this forwarder's own pages, or from a program without these headers",
    });
  }
  await next();
};

const tooLong = new Refusal(413, {
  what: `Cannot accept the body: it is longer than ${maxBodyBytes} bytes`,
  where: "body",
  mend: "Send less at once",
});

const notFound = new Refusal(404, {
  what: "Cannot find what was asked for",
  where: "path",
  mend: "Begin at /status",
});

function unexpected(cause: unknown): Refusal {
  const text = {
    what: "Cannot answer: something unexpected happened",
    where: "the Worker",
    mend: "Look at its logs with npx wrangler tail",
  };
  return new Refusal(500, text, { cause });
}

/** Outside of the platform, in a test, there is no execution context to hold on to. */
function keepAlive(c: Context<WebTypes>, work: Promise<unknown>): void {
  try {
    c.executionCtx.waitUntil(work);
  } catch {
    void work;
  }
}
