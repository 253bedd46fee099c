import { beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../src/web/app.tsx";
import { routes } from "../../src/web/routes.ts";
import { mostAddresses, mostWrongTokens, Throttle } from "../../src/web/throttle.ts";
import { asking, browser, type Ask } from "./asking.ts";
import { adminToken, aGateway, now, viewerToken, type FakeGateway } from "./sample.ts";
import { admins, audience, Team, teamDomain, type TokenPlan } from "./team.ts";

const access = { teamDomain, audience, admins };
const seconds = Math.floor(now / 1000);
let team: Team;
let stranger: Team;

beforeAll(async () => {
  team = await Team.of("first", "second");
  stranger = await Team.of("first");
});

function guarded(changes: Parameters<typeof aGateway>[0] = {}): { gateway: FakeGateway; ask: Ask } {
  const gateway = aGateway({ access, fetchKeys: team.fetchKeys, ...changes });
  return { gateway, ask: asking(gateway) };
}

const assertion = async (plan: TokenPlan = {}, signer = team) => ({
  "Cf-Access-Jwt-Assertion": await signer.token(plan),
});

/** What each route answers to somebody who may operate and sends no body. */
const answers: Readonly<Record<string, number>> = {
  "GET /": 302,
  "GET /status": 200,
  "GET /status/:tenant": 200,
  "GET /verify/:tenant": 200,
  "POST /tenants/:tenant/verify": 200,
  "POST /tenants/:tenant/poll": 202,
  "POST /tenants/:tenant/pause": 202,
  "POST /tenants/:tenant/resume": 202,
  "POST /tenants/:tenant/replay": 400,
  "GET /tenants/:tenant/chain": 200,
  "GET /tenants/:tenant/replay": 400,
  "GET /tenants/:tenant/dead-letters": 200,
  "POST /tenants/:tenant/dead-letters/redrive": 202,
  "DELETE /tenants/:tenant/dead-letters": 202,
  "POST /tenants/:tenant/dead-letters/delete": 202,
  "DELETE /tenants/:tenant": 400,
  "POST /tenants/:tenant/forget": 400,
  "GET /journal": 200,
  "GET /docs/operating.md": 200,
  "GET /metrics": 200,
  "GET /openapi.json": 200,
};

type Rights = "outside" | "sees" | "operates";

/** Everybody who may stand at the door, and what he may. */
const comers: readonly [string, Rights, () => Promise<Record<string, string>>][] = [
  ["nobody", "outside", async () => ({})],
  ["a wrong token", "outside", async () => ({ Authorization: "Bearer not-the-token-not-the-token" })],
  ["the viewer token", "sees", async () => ({ Authorization: `Bearer ${viewerToken}` })],
  ["the admin token", "operates", async () => ({ Authorization: `Bearer ${adminToken}` })],
  ["whom Access let in", "sees", () => assertion()],
  ["an admin of Access", "operates", () => assertion({ claims: { email: "Ann@Example.com" } })],
  ["an admin by domain", "operates", () => assertion({ claims: { email: "carl@ops.example.com" } })],
  ["one of a domain that only ends so", "sees", () => assertion({ claims: { email: "eve@evil-ops.example.com" } })],
  ["a service token", "sees", () => assertion({ claims: { email: undefined, sub: "", common_name: "x.access" } })],
  [
    "a service token that may operate",
    "operates",
    () => assertion({ claims: { email: undefined, sub: "", common_name: "0123456789abcdef.access" } }),
  ],
  [
    "a person who calls himself like a service token",
    "sees",
    () => assertion({ claims: { email: "0123456789abcdef.access" } }),
  ],
  [
    "whom Access let in, with the admin token",
    "operates",
    async () => ({ ...(await assertion()), Authorization: `Bearer ${adminToken}` }),
  ],
  [
    "an admin of Access with a wrong token",
    "operates",
    async () => ({ ...(await assertion({ claims: { email: "ann@example.com" } })), Authorization: "Bearer x" }),
  ],
  ["a token of another key", "sees", () => assertion({ kid: "second" })],
  ["an expired token", "outside", () => assertion({ claims: { exp: seconds } })],
  ["a token without an end", "outside", () => assertion({ claims: { exp: undefined } })],
  ["a token that is not valid yet", "outside", () => assertion({ claims: { nbf: seconds + 61 } })],
  ["a token for another application", "outside", () => assertion({ claims: { aud: ["0".repeat(64)] } })],
  ["a token of another team", "outside", () => assertion({ claims: { iss: "https://evil.cloudflareaccess.com" } })],
  ["a token that another team signed", "outside", () => assertion({}, stranger)],
  ["a token of an unknown key", "outside", () => assertion({ kid: "third" })],
  ["an unsigned token", "outside", () => assertion({ header: { alg: "none" }, signature: "" })],
  ["an unsigned token that says it is signed", "outside", () => assertion({ signature: "AAAA" })],
  ["a token signed with the public key as a secret", "outside", () => assertion({ header: { alg: "HS256" } })],
  ["no token at all in the header", "outside", async () => ({ "Cf-Access-Jwt-Assertion": "x.y.z" })],
  [
    "a token of three parts and one",
    "outside",
    async () => ({ "Cf-Access-Jwt-Assertion": `${await team.token()}.AAAA` }),
  ],
];

describe("every route, for everybody", () => {
  it("has a row in the table", () => {
    expect(routes.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(Object.keys(answers).toSorted());
  });

  it.each(comers)("%s: %s", async (_, rights, headersOf) => {
    const headers = await headersOf();
    for (const { method, path, operates } of routes) {
      const { gateway, ask } = guarded();
      const { status } = await ask(path.replace(":tenant", "acme"), { as: "nobody", method, headers });
      const inside = rights === "sees" && operates !== undefined ? 403 : answers[`${method} ${path}`];
      const expected = rights === "outside" ? 401 : inside;
      expect([method, path, status]).toEqual([method, path, expected]);
      if (rights === "outside") expect([gateway.calls, gateway.entries]).toEqual([[], []]);
    }
  });
});

describe("Access without tokens", () => {
  const bare = { adminToken: undefined, viewerToken: undefined };

  it("lets in whom it let in, and asks nobody for a password", async () => {
    const { ask } = guarded(bare);
    expect((await ask("/status", { as: "nobody", headers: await assertion() })).status).toBe(200);
    const refused = await ask("/status", { as: "nobody", headers: browser });
    expect([refused.status, refused.headers.get("WWW-Authenticate")]).toEqual([401, null]);
    expect((await ask("/status", { as: "admin" })).status).toBe(401);
  });

  it("takes an admin token that is too short for none", async () => {
    const { ask } = guarded({ adminToken: "short", viewerToken: undefined });
    expect((await ask("/status", { as: "nobody", headers: { Authorization: "Bearer short" } })).status).toBe(401);
    expect((await ask("/status", { as: "nobody", headers: await assertion() })).status).toBe(200);
  });

  it.each([
    ["another host", { ...access, teamDomain: "acme.example.com" }, "ACCESS_TEAM_DOMAIN"],
    ["a host that ends alike", { ...access, teamDomain: "evilcloudflareaccess.com" }, "ACCESS_TEAM_DOMAIN"],
    ["two labels", { ...access, teamDomain: "a.b.cloudflareaccess.com" }, "ACCESS_TEAM_DOMAIN"],
    ["no encryption", { ...access, teamDomain: `http://${teamDomain}` }, "ACCESS_TEAM_DOMAIN"],
    ["a path", { ...access, teamDomain: `https://${teamDomain}/x` }, "ACCESS_TEAM_DOMAIN"],
    ["a user", { ...access, teamDomain: `https://x@${teamDomain}` }, "ACCESS_TEAM_DOMAIN"],
    ["no audience", { ...access, audience: undefined }, "ACCESS_AUD"],
    ["an audience of blanks", { ...access, audience: " , " }, "ACCESS_AUD"],
    ["an audience that is none", { ...access, audience: "*" }, "ACCESS_AUD"],
    ["no team", { ...access, teamDomain: undefined }, "ACCESS_TEAM_DOMAIN"],
    ["everybody an admin", { ...access, admins: "*" }, "ACCESS_ADMINS"],
    ["a bare domain an admin", { ...access, admins: "example.com" }, "ACCESS_ADMINS"],
    ["a bare @ an admin", { ...access, admins: "@" }, "ACCESS_ADMINS"],
  ])("is shut, with the mend, when it is set wrongly: %s", async (_, variables, variable) => {
    for (const tokens of [bare, {}]) {
      const { gateway, ask } = guarded({ access: variables, ...tokens });
      for (const headers of [{}, await assertion({ claims: { email: "ann@example.com" } })]) {
        const response = await ask("/status", { as: "nobody", headers });
        expect(response.status).toBe(503);
        expect(await response.json()).toEqual({
          error: { what: expect.any(String), where: `variable ${variable}`, mend: expect.stringMatching(/^S/) },
        });
      }
      expect([gateway.calls, team.urls.filter((url) => !url.startsWith(`https://${teamDomain}/`))]).toEqual([[], []]);
    }
    // Who has the right token mends it.
    expect((await guarded({ access: variables }).ask("/status")).status).toBe(200);
  });

  it("takes a team's address in any usual spelling", async () => {
    for (const spelling of [
      teamDomain,
      `https://${teamDomain}`,
      `https://${teamDomain}/`,
      ` ACME.cloudflareaccess.com\n`,
    ]) {
      const { ask } = guarded({
        ...bare,
        access: { ...access, teamDomain: spelling, audience: `${"0".repeat(64)},${audience}` },
      });
      expect((await ask("/status", { as: "nobody", headers: await assertion() })).status).toBe(200);
    }
  });
});

describe("what the runtime says of Access", () => {
  const asked = async (
    runtime: object,
    changes: Parameters<typeof aGateway>[0] = {},
    path = "/status",
    method = "GET",
  ): Promise<[number, FakeGateway]> => {
    const gateway = aGateway({ adminToken: undefined, viewerToken: undefined, ...changes });
    const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {}, access: runtime };
    const request = new Request(`https://forwarder.example${path}`, { method });
    const response = await createApp(() => gateway).fetch(request, {}, context);
    return [response.status, gateway];
  };
  const person = (email: string, aud = audience) => ({ aud, getIdentity: async () => ({ email, user_uuid: "u-1" }) });

  it("lets in without any variable, to see", async () => {
    expect((await asked(person("ann@example.com")))[0]).toBe(200);
    expect((await asked(person("ann@example.com"), {}, "/tenants/acme/poll", "POST"))[0]).toBe(403);
  });

  it("lets operate whom ACCESS_ADMINS names, and the journal knows him", async () => {
    const [status, { entries }] = await asked(
      person("ann@example.com"),
      { access: { admins } },
      "/tenants/acme/poll",
      "POST",
    );
    expect(status).toBe(202);
    expect(entries).toMatchObject([
      {
        actor: {
          id: "u-1",
          type: "USER",
          name: "ann@example.com",
          attributes: { role: "admin", email: "ann@example.com" },
        },
      },
    ]);
  });

  it("does not count for another application than the named one", async () => {
    expect((await asked(person("ann@example.com", "0".repeat(64)), { access }))[0]).toBe(401);
    expect((await asked(person("ann@example.com"), { access }))[0]).toBe(200);
  });

  it.each([
    ["has no identity", { aud: audience, getIdentity: async () => undefined }, 200],
    ["fails to tell", { aud: audience, getIdentity: async () => Promise.reject(new Error("down")) }, 200],
    ["has no such method", { aud: audience }, 200],
    [
      "tells odd things",
      { aud: audience, getIdentity: async () => ({ email: 7, user_uuid: {}, common_name: [] }) },
      200,
    ],
    ["has no audience", {}, 401],
  ])("is read with care: one that %s may see at most", async (_, runtime, status) => {
    expect((await asked(runtime, { access }))[0]).toBe(status);
    expect((await asked(runtime, { access }, "/tenants/acme/poll", "POST"))[0]).toBe(status === 200 ? 403 : 401);
  });
});

describe("the keys of Access", () => {
  const minute = 60_000;

  async function lasting(): Promise<{
    at: (ms: number) => void;
    try: (plan?: TokenPlan) => Promise<number>;
    team: Team;
  }> {
    const own = await Team.of("first", "second");
    let time = now;
    const ask = asking(aGateway({ access, fetchKeys: own.fetchKeys, now: () => time }));
    return {
      team: own,
      at: (ms) => (time = now + ms),
      try: async (plan = {}) => {
        const claims = { exp: seconds + 1_000_000 };
        const headers = await assertion({ claims, ...plan }, own);
        return (await ask("/status", { as: "nobody", headers })).status;
      },
    };
  }

  it("are asked for once, at the team's own address, however many come at once", async () => {
    const place = await lasting();
    expect(await Promise.all([place.try(), place.try(), place.try({ kid: "second" })])).toEqual([200, 200, 200]);
    expect(place.team.urls).toEqual([`https://${teamDomain}/cdn-cgi/access/certs`]);
  });

  it("are asked for again for an unknown one, once a minute at most", async () => {
    const place = await lasting();
    place.team.published = ["first"];
    expect(await place.try()).toBe(200);
    place.team.published = ["first", "second"];
    for (let turn = 0; turn < 5; turn += 1) expect(await place.try({ kid: "second" })).toBe(401);
    place.at(minute - 1);
    expect([await place.try({ kid: "second" }), place.team.asked]).toEqual([401, 1]);
    place.at(minute);
    expect([await place.try({ kid: "second" }), place.team.asked]).toEqual([200, 2]);
    for (let turn = 0; turn < 5; turn += 1) expect(await place.try({ kid: "third" })).toBe(401);
    expect(place.team.asked).toBe(2);
  });

  it("are not asked for by what is not for us", async () => {
    const place = await lasting();
    for (const claims of [{ exp: seconds }, { aud: "0".repeat(64) }, { iss: "https://evil.cloudflareaccess.com" }])
      expect(await place.try({ claims })).toBe(401);
    expect(place.team.asked).toBe(0);
  });

  it("that are withdrawn are not believed any more after twelve hours", async () => {
    const place = await lasting();
    expect(await place.try({ kid: "second" })).toBe(200);
    place.team.published = ["first"];
    place.at(12 * 60 * minute - 1);
    expect(await place.try({ kid: "second" })).toBe(200);
    place.at(12 * 60 * minute);
    expect(await place.try({ kid: "second" })).toBe(401);
  });

  it.each([
    ["an error", async () => ({ status: 500, body: "{}" })],
    ["a redirect", async () => ({ status: 302, body: "" })],
    ["no JSON", async () => ({ status: 200, body: "<html>" })],
    ["no keys", async () => ({ status: 200, body: '{"keys":[]}' })],
    ["keys of another kind", async () => ({ status: 200, body: '{"keys":[{"kid":"first","kty":"EC"},7,null]}' })],
    ["too much", async () => ({ status: 200, body: undefined })],
    ["21 keys", async () => ({ status: 200, body: JSON.stringify({ keys: Array.from({ length: 21 }, () => ({})) }) })],
    ["nothing", async () => Promise.reject(new Error("No answer in time"))],
  ])("that are %s: 503 and nobody comes in; known ones are believed for a day", async (_, answer) => {
    const place = await lasting();
    place.team.answer = answer;
    expect(await place.try()).toBe(503);
    place.at(minute);
    place.team.answer = undefined;
    expect(await place.try()).toBe(200);
    place.team.answer = answer;
    place.at(minute + 24 * 60 * minute - 1);
    expect(await place.try()).toBe(200);
    place.at(minute + 24 * 60 * minute + minute);
    expect(await place.try()).toBe(503);
  });
});

describe("wrong tokens", () => {
  const from = (address: string | undefined, token: string, more = {}) => ({
    as: "nobody" as const,
    headers: {
      ...(address !== undefined && { "CF-Connecting-IP": address }),
      Authorization: `Bearer ${token}`,
      ...more,
    },
  });
  const wrong = "not-the-token-not-the-token";

  /** One door on a clock. */
  function door(changes = {}): { ask: Ask; pass: (ms: number) => void; gateway: FakeGateway } {
    let time = now;
    const gateway = aGateway({ now: () => time, ...changes });
    return { gateway, ask: asking(gateway), pass: (ms) => void (time += ms) };
  }

  async function fail(ask: Ask, address: string | undefined, times: number): Promise<number[]> {
    const statuses: number[] = [];
    for (let turn = 0; turn < times; turn += 1) statuses.push((await ask("/status", from(address, wrong))).status);
    return statuses;
  }

  it("are answered 60 times a minute, and then not listened to, not even the right one", async () => {
    const { ask, pass } = door();
    expect(await fail(ask, "192.0.2.1", mostWrongTokens - 1)).toEqual(Array.from({ length: 59 }, () => 401));
    expect((await ask("/status", from("192.0.2.1", adminToken))).status).toBe(200);
    pass(20_000);
    expect(await fail(ask, "192.0.2.1", 1)).toEqual([401]);
    for (const token of [wrong, adminToken, viewerToken]) {
      const response = await ask("/status", from("192.0.2.1", token));
      expect([response.status, response.headers.get("Retry-After")]).toEqual([429, "40"]);
    }
    pass(39_999);
    expect((await ask("/status", from("192.0.2.1", adminToken))).status).toBe(429);
    pass(1);
    expect((await ask("/status", from("192.0.2.1", adminToken))).status).toBe(200);
  });

  it("lock nobody else out", async () => {
    const { ask } = door();
    for (let last = 1; last <= 10; last += 1) await fail(ask, `192.0.2.${last}`, mostWrongTokens + 1);
    expect((await ask("/status", from("198.51.100.7", adminToken))).status).toBe(200);
  });

  it("of one network of IPv6 are of one guesser", async () => {
    const { ask } = door();
    const addresses = ["2001:db8::1", "2001:db8:0:0:1::", "2001:0DB8:0000:0000:ffff::9", "2001:db8:0::ffff:192.0.2.1"];
    for (let turn = 0; turn < mostWrongTokens; turn += 1) await fail(ask, addresses[turn % addresses.length], 1);
    for (const address of addresses) expect((await ask("/status", from(address, adminToken))).status).toBe(429);
    expect((await ask("/status", from("2001:db8:0:1::1", adminToken))).status).toBe(200);
  });

  it("do not keep out whom Access lets in", async () => {
    const { ask } = door({ access, fetchKeys: team.fetchKeys });
    await fail(ask, "192.0.2.1", mostWrongTokens + 1);
    expect((await ask("/status", from("192.0.2.1", wrong, await assertion()))).status).toBe(200);
  });

  it("without an address of Cloudflare are nobody's, and requests without any are none", async () => {
    const { ask } = door();
    expect(new Set(await fail(ask, undefined, 2 * mostWrongTokens))).toEqual(new Set([401]));
    expect(new Set(await fail(ask, "not an address", 2 * mostWrongTokens))).toEqual(new Set([401]));
    for (let turn = 0; turn < 2 * mostWrongTokens; turn += 1)
      expect((await ask("/status", { as: "nobody", headers: { "CF-Connecting-IP": "192.0.2.1" } })).status).toBe(401);
    expect((await ask("/status", from("192.0.2.1", adminToken))).status).toBe(200);
  });

  it("of so many addresses are remembered, and the oldest is forgotten for another", () => {
    const throttle = new Throttle();
    const guess = (address: string) => {
      for (let turn = 0; turn < mostWrongTokens; turn += 1) throttle.fail(address, now);
    };
    const address = (index: number) => `10.0.${Math.floor(index / 250)}.${index % 250}`;
    for (let index = 0; index < mostAddresses; index += 1) guess(address(index));
    expect([throttle.waitOf(address(0), now), throttle.waitOf(address(mostAddresses - 1), now)]).toEqual([60, 60]);
    guess(address(mostAddresses));
    expect([throttle.waitOf(address(0), now), throttle.waitOf(address(1), now)]).toEqual([0, 60]);
  });

  it("are told as counts, once in ten minutes, and requests without any alone are not", async () => {
    const { ask, pass, gateway } = door();
    for (let turn = 0; turn < 5; turn += 1) await ask("/status", { as: "nobody" });
    expect(gateway.refusals).toEqual([]);
    await fail(ask, "192.0.2.1", mostWrongTokens + 2);
    await ask("/tenants/acme/poll", { method: "POST", headers: { "Sec-Fetch-Site": "cross-site" } });
    expect(gateway.refusals).toMatchObject([{ counts: { noCredentials: 5, wrongToken: 1 }, addresses: ["192.0.2.1"] }]);
    pass(10 * 60_000 - 1);
    await fail(ask, "192.0.2.2", 1);
    expect(gateway.refusals).toHaveLength(1);
    pass(1);
    await fail(ask, "192.0.2.3", 1);
    expect(gateway.refusals[1]).toEqual({
      since: now,
      until: now + 600_000,
      counts: { noCredentials: 0, wrongToken: mostWrongTokens + 1, wrongAccessToken: 0, throttled: 2, crossSite: 1 },
      addresses: ["192.0.2.1", "192.0.2.2", "192.0.2.3"],
    });
    expect(JSON.stringify(gateway.refusals)).not.toContain(wrong);
  });
});
