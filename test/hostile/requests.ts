import * as fc from "fast-check";
import { routes } from "../../src/web/routes.ts";
import { anyJson, anyText, headerName, headerValue } from "./hostile-text.ts";
import { adminToken, viewerToken } from "./secrets.ts";

/** Anything that can be asked over HTTP. */

export type Asker = "nobody" | "viewer" | "admin";

export interface Asked {
  readonly as: Asker;
  readonly isCrossSite: boolean;
  readonly request: Request;
}

const site = "https://forwarder.example";

const tenants = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      "acme",
      "acme",
      "acme",
      "broken",
      "gone",
      "constructor",
      "__proto__",
      "ACME",
      "forwarder",
    ),
  },
  { weight: 2, arbitrary: anyText.map((text) => encodeURIComponent(text.toWellFormed())) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("%E0%A4%A", "%", "%00", "%2e%2e", "..", "a%2Fb", "%F0%9F%98%80", "acme;x=1", "*"),
  },
);
/** Every route of the table, the open one, and paths that are none. */
const path = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(
        fc.constantFrom("/healthz", ...routes.map((route) => route.path)),
        tenants,
        fc.constantFrom("", "", "", "/", "//", "/x"),
      )
      .map(([pattern, tenant, end]) => pattern.replace(":tenant", () => tenant) + end),
  },
  { weight: 2, arbitrary: anyText.map((text) => `/${text}`) },
);
const word = fc.oneof(
  fc.constantFrom("poll", "off", "siem", "datadog", "0", "7", "999999999999999", "-1", "1e3"),
  anyText,
);
const query = fc.oneof(
  { weight: 4, arbitrary: fc.constant("") },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.tuple(fc.constantFrom("done", "refresh", "after", "destination", "__proto__"), word), { maxLength: 3 })
      .map((pairs) => `?${new URLSearchParams(pairs).toString()}`),
  },
  { weight: 1, arbitrary: anyText.map((text) => `?${text}`) },
);

const usual = [...new Set(routes.map(({ method }) => method))];
const methods = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<string>(...usual) },
  { weight: 2, arbitrary: fc.constantFrom("HEAD", "OPTIONS", "PUT", "PATCH", "PROPFIND", "QUERY") },
  { weight: 1, arbitrary: headerName.filter((name) => !/^(?:connect|trace|track)$/iu.test(name)) },
);

const basic = (token: string): string => `Basic ${Buffer.from(`me:${token}`).toString("base64")}`;
const authorization: fc.Arbitrary<{ as: Asker; value: string | undefined }> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(`Bearer ${adminToken}`, `bearer  ${adminToken}  `, basic(adminToken))
      .map((value) => ({ as: "admin" as const, value })),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(`Bearer ${viewerToken}`, basic(viewerToken))
      .map((value) => ({ as: "viewer" as const, value })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(
        undefined,
        "",
        "Bearer",
        "Bearer ",
        "Basic",
        "Basic ====",
        "Basic Og==",
        `Digest ${adminToken}`,
        `Bearer ${adminToken}x`,
        adminToken,
      )
      .map((value) => ({ as: "nobody" as const, value })),
  },
  { weight: 1, arbitrary: headerValue.map((value) => ({ as: "nobody" as const, value })) },
);

const accept = fc.oneof(
  fc.constantFrom(
    "text/html",
    "text/html,application/xhtml+xml;q=0.9",
    "application/json",
    "*/*",
    "text/html;q=NaN",
    "text/html;q=1e400,*",
    ",;,;q=",
    "",
  ),
  headerValue,
);
const contentType = fc.oneof(
  fc.constantFrom(
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain;charset=utf-7",
    "",
  ),
  headerValue,
);
const length = fc.oneof(
  fc.constantFrom("0", "5", "-1", "1e3", "65536", "65537", "99999999999", "NaN", "", "5, 5"),
  headerValue,
);
const origin = fc.constantFrom<readonly [origin: string | undefined, fetchSite: string | undefined, isCross: boolean]>(
  [undefined, undefined, false],
  [undefined, undefined, false],
  [site, "same-origin", false],
  ["null", "same-origin", false],
  ["null", undefined, true],
  ["https://evil.example", undefined, true],
  [`${site}.evil.example`, undefined, true],
  ["http://forwarder.example", undefined, true],
  [site, "cross-site", true],
  [undefined, "same-site", true],
  [undefined, "", true],
  ["\u00e9", undefined, true],
);

const operationBody = fc.oneof(
  fc.constantFrom(
    "{}",
    '{"dataset":"audit-events"}',
    '{"destination":"datadog"}',
    '{"ids":[1,2]}',
    '{"confirm":"acme"}',
    '{"confirm":"broken"}',
    "dataset=audit-events&destination=",
    "ids=1&ids=2",
    "confirm=acme",
    "ids=1&ids=x&__proto__=1&constructor=2",
  ),
  fc
    .tuple(
      fc.constantFrom("dataset", "destination", "ids", "confirm", "__proto__", "constructor", ""),
      fc.oneof(anyJson, fc.constantFrom("1e400", "[9007199254740993]", "[-0]", "[1e400]")),
    )
    .map(([key, value]) => `{${JSON.stringify(key)}:${value}}`),
  fc
    .array(fc.tuple(fc.constantFrom("dataset", "destination", "ids", "confirm", "__proto__"), anyText), {
      maxLength: 4,
    })
    .map((pairs) => new URLSearchParams(pairs).toString()),
);
const anyBody: fc.Arbitrary<string | Uint8Array | undefined> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 6, arbitrary: operationBody },
  { weight: 2, arbitrary: fc.oneof(anyText, anyJson) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(65_535, 65_536, 65_537, 200_000)
      .map((bytes) => `{"dataset":"${"x".repeat(bytes - 14)}"}`),
  },
);

const withoutBody = new Set(["GET", "HEAD"]);

const parts = {
  path,
  query,
  method: methods,
  authorization,
  accept: fc.option(accept),
  contentType: fc.option(contentType),
  length: fc.option(length, { freq: 8 }),
  origin,
  more: fc.array(fc.tuple(headerName, headerValue), { maxLength: 2 }),
  body: anyBody,
};
type Parts = {
  readonly [Part in keyof typeof parts]: (typeof parts)[Part] extends fc.Arbitrary<infer Value> ? Value : never;
};

function requestOf({ authorization: { as, value }, origin: [from, fetchSite, isCrossSite], ...asked }: Parts): Asked {
  const headers = new Headers(asked.more);
  const set = (name: string, text: string | null | undefined): void => {
    headers.delete(name);
    if (text !== null && text !== undefined) headers.set(name, text);
  };
  set("Authorization", value);
  set("Accept", asked.accept);
  set("Content-Type", asked.contentType);
  set("Content-Length", asked.length);
  set("Origin", from);
  set("Sec-Fetch-Site", fetchSite);
  const body = withoutBody.has(asked.method) ? undefined : asked.body;
  const init = { method: asked.method, headers, ...(body === undefined ? {} : { body }) };
  return { as, isCrossSite, request: new Request(site + asked.path + asked.query, init) };
}

const known = authorization.filter(({ as }) => as !== "nobody");
const plain = { query: fc.constant(""), contentType: fc.constant(null), length: fc.constant(null) };

/** Operations that would be done if it were allowed. */
const operation = fc.constantFrom(...routes.filter(({ operates }) => operates)).chain(({ method, path: pattern }) =>
  fc.record({
    ...parts,
    ...plain,
    authorization: known,
    method: fc.constant<string>(method),
    path: fc.constant(pattern.replace(":tenant", "acme")),
    body: fc.constant(/forget|^\/tenants\/:tenant$/u.test(pattern) ? '{"confirm":"acme"}' : "{}"),
  }),
);

/** Pages and answers that are seen by whoever may. */
const view = fc
  .constantFrom(
    ...routes.filter(({ operates }) => !operates),
    ...routes.filter(({ path: pattern }) => pattern.endsWith("/verify")),
  )
  .chain(({ method, path: pattern }) =>
    fc.record({
      ...parts,
      ...plain,
      authorization: known,
      method: fc.constant<string>(method),
      path: fc.constant(pattern.replace(":tenant", "acme")),
      accept: fc.constantFrom("text/html", "application/json"),
      body: fc.constant("{}"),
    }),
  );

export const anyRequest: fc.Arbitrary<Asked> = fc
  .oneof(
    { weight: 3, arbitrary: fc.record(parts) },
    { weight: 1, arbitrary: operation },
    { weight: 1, arbitrary: view },
  )
  .map(requestOf);

export const anyView: fc.Arbitrary<Asked> = fc
  .oneof({ weight: 3, arbitrary: view }, { weight: 1, arbitrary: fc.record(parts) })
  .map(requestOf);
