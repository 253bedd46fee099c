/** The door: every route but `/healthz` is behind it. It asks who comes, and counts whom it sends away. */

import type { Context, MiddlewareHandler } from "hono";
import { addressIn } from "../journal/provenance.ts";
import { RefusalCounter, type RefusalReason } from "../journal/refused-access.ts";
import { isCrossSite, minAdminTokenLength, roleOf, whyClosed, type Role } from "./access.ts";
import { visitorOfAccess, type AccessAnswer, type RuntimeAccess, type Visitor } from "./access-identity.ts";
import { AccessKeys } from "./access-keys.ts";
import { readAccessSettings, type ReadSettings, type WrongVariable } from "./access-settings.ts";
import { keepAlive } from "./keep-alive.ts";
import { Refusal } from "./refusal.ts";
import { Throttle } from "./throttle.ts";
import type { WebTypes } from "./web-types.ts";

type ByToken = Role | "none" | "wrong" | "throttled";

/** One door for an isolate: what it remembers (keys, failures, counts) is bounded and goes with the isolate. */
export class Door {
  readonly #keys = new AccessKeys();
  readonly #throttle = new Throttle();
  readonly #counter = new RefusalCounter();

  readonly letIn: MiddlewareHandler<WebTypes> = async (c, next) => {
    const gateway = c.get("gateway");
    const access = readAccessSettings(gateway.access ?? {});
    const closed = whyClosed(gateway);
    if (closed !== undefined && !isOpenByAccess(c, access)) throw access.ok ? shut(closed) : misset(access.wrong);
    const answer = await this.#askAccess(c, access);
    const token = await this.#askToken(c);
    const visitor = together(answer, token);
    if (visitor === undefined) {
      this.#count(c, reasonOf(answer, token));
      const wait = this.#throttle.waitOf(addressOf(c), gateway.now());
      throw refusalOf({ answer, token, access, wait, hasTokens: closed === undefined });
    }
    c.set("role", visitor.role);
    c.set("actor", visitor.actor);
    await next();
  };

  readonly sameSite: MiddlewareHandler<WebTypes> = async (c, next) => {
    if (isCrossSite(c.req.method, c.req.url, c.req.raw.headers)) {
      this.#count(c, "crossSite");
      throw otherSite;
    }
    await next();
  };

  async #askAccess(c: Context<WebTypes>, access: ReadSettings): Promise<AccessAnswer> {
    if (!access.ok) return "nobody";
    const gateway = c.get("gateway");
    return visitorOfAccess(runtimeAccessOf(c), c.req.header("Cf-Access-Jwt-Assertion"), access.settings, this.#keys, {
      now: () => gateway.now(),
      fetchKeys: (url) => gateway.fetchKeys(url),
      keepAlive: (work) => keepAlive(c, work),
    });
  }

  async #askToken(c: Context<WebTypes>): Promise<ByToken> {
    const authorization = c.req.header("Authorization");
    const address = addressOf(c);
    const now = c.get("gateway").now();
    const isOffered = (authorization ?? "").trim() !== "";
    // Not looked at: whoever guesses must not learn whether this one was right.
    if (isOffered && this.#throttle.waitOf(address, now) > 0) return "throttled";
    const role = await roleOf(authorization, c.get("gateway"));
    if (role === undefined && isOffered) this.#throttle.fail(address, now);
    return role ?? (isOffered ? "wrong" : "none");
  }

  /** Counts who is sent away; once in a while that is told. */
  #count(c: Context<WebTypes>, reason: RefusalReason): void {
    const gateway = c.get("gateway");
    this.#counter.add(reason, addressOf(c), gateway.now());
    const refused = this.#counter.take(gateway.now());
    if (refused !== undefined) keepAlive(c, gateway.refused(refused));
  }
}

const addressOf = (c: Context<WebTypes>): string | undefined => addressIn(c.req.header("CF-Connecting-IP") ?? "");

/** Absent where Access does not stand before this Worker itself, and outside of the platform. */
function runtimeAccessOf(c: Context<WebTypes>): RuntimeAccess | undefined {
  try {
    const { access } = c.executionCtx as { readonly access?: unknown };
    return typeof access === "object" && access !== null ? access : undefined;
  } catch {
    return undefined;
  }
}

const isOpenByAccess = (c: Context<WebTypes>, access: ReadSettings): boolean =>
  access.ok && (access.settings.team !== undefined || runtimeAccessOf(c) !== undefined);

/** A person stays that person with a token in hand: the token adds what it permits. */
function together(answer: AccessAnswer, token: ByToken): Visitor | undefined {
  const person = typeof answer === "string" ? undefined : answer;
  if (token !== "admin" && token !== "viewer") return person;
  const name = token === "admin" ? "ADMIN_TOKEN" : "VIEWER_TOKEN";
  if (person === undefined) {
    return { role: token, actor: { id: `${token}-token`, type: "TOKEN", name, attributes: { role: token } } };
  }
  if (person.role === "admin" || token === "viewer") return person;
  const attributes = { ...person.actor.attributes, role: token, token: name };
  return { role: token, actor: { ...person.actor, attributes } };
}

function reasonOf(answer: AccessAnswer, token: ByToken): RefusalReason {
  if (token === "throttled") return "throttled";
  if (token === "wrong") return "wrongToken";
  return answer === "invalid" || answer === "unreachable" ? "wrongAccessToken" : "noCredentials";
}

function refusalOf(why: {
  readonly answer: AccessAnswer;
  readonly token: ByToken;
  readonly access: ReadSettings;
  readonly wait: number;
  readonly hasTokens: boolean;
}): Refusal {
  if (!why.access.ok) return misset(why.access.wrong);
  if (why.token === "throttled") return tooMany(why.wait);
  if (why.answer === "unreachable") return unreachable;
  return unauthorized(why.hasTokens);
}

const shut = (closed: string): Refusal =>
  new Refusal(503, {
    what: closed,
    where: "secret ADMIN_TOKEN",
    mend: `Put one of at least ${minAdminTokenLength} characters: openssl rand -hex 32 > admin-token.txt, then npx wrangler secret put ADMIN_TOKEN < admin-token.txt; or let Cloudflare Access stand in front and set ACCESS_TEAM_DOMAIN and ACCESS_AUD`,
  });

const misset = ({ variable, what, mend }: WrongVariable): Refusal =>
  new Refusal(503, { what: `Cannot let you in by Cloudflare Access: ${what}`, where: `variable ${variable}`, mend });

const unreachable = new Refusal(503, {
  what: "Cannot let you in by Cloudflare Access: its keys cannot be read",
  where: "variable ACCESS_TEAM_DOMAIN",
  mend: "Try again in a minute; if it stays so, compare it with the team domain of Zero Trust, Settings",
});

const tooMany = (wait: number): Refusal =>
  new Refusal(
    429,
    {
      what: "Cannot let you in: too many wrong tokens came from your address",
      where: "header Authorization",
      mend: `Try again in ${wait} seconds`,
    },
    { headers: { "Retry-After": String(wait) } },
  );

/** The words are the same for every guess. A browser asks for a password only where one can help. */
function unauthorized(hasTokens: boolean): Refusal {
  if (!hasTokens) {
    return new Refusal(401, {
      what: "Cannot let you in: Cloudflare Access did not, or its token is wrong or over",
      where: "header Cf-Access-Jwt-Assertion",
      mend: "Sign in at the address that Cloudflare Access protects",
    });
  }
  const text = {
    what: "Cannot let you in: the request carries no token, or a wrong one",
    where: "header Authorization",
    mend: "Send Authorization: Bearer <ADMIN_TOKEN or VIEWER_TOKEN>, or give it as the password in the browser with any user name",
  };
  return new Refusal(401, text, {
    headers: { "WWW-Authenticate": 'Basic realm="kandji-forwarder", charset="UTF-8"' },
  });
}

const otherSite = new Refusal(403, {
  what: "Cannot accept a request that was sent by a page of another site",
  where: "headers Origin and Sec-Fetch-Site",
  mend: "Send it from this forwarder's own pages, or from a program without these headers",
});
