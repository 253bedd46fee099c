import { retryAfterMs } from "../retry-after.ts";

/** Everything that can go wrong with a request to Kandji, in one taxonomy. */

export type FailureKind =
  | "token-rejected"
  | "token-lacks-permission"
  | "not-available"
  | "wrong-host"
  | "different-account"
  | "rate-limited"
  | "kandji-unavailable"
  | "kandji-unreachable"
  | "unreadable-answer"
  | "unexpected-answer"
  | "own-log-unreadable";

export interface Failure {
  readonly kind: FailureKind;
  readonly message: string;
  readonly fix: string;
  /** What Kandji asked for, in milliseconds from now. */
  readonly retryAfterMs: number | null;
  /** HTTP status of the answer; absent where there was none. */
  readonly status?: number;
}

export interface Permission {
  readonly label: string;
  readonly method: string;
  readonly path: string;
  /** The product without which a tenant is refused whatever the token may do: `EDR`. */
  readonly licence?: string;
}

const excerptLength = 200;
const waitAndSee = "Nothing to do unless it lasts; it is tried again by itself";

/** Of a body that is no JSON: looking for pairs of brackets takes the square of what is looked at. */
const lookedAt = 4_000;

/**
 * Reads the text out of any of the error bodies that Kandji and the gateway before it answer with. `hide` takes out what
 * nobody may read: it is asked again here, where the escapes of JSON are undone and nothing is cut yet.
 */
export function messageOf(body: string | undefined, hide: (text: string) => string = (text) => text): string {
  if (body === undefined) return "";
  const json = parsed(body);
  const found = json === undefined ? plainText(body) : (errorText(json) ?? "");
  return hide(found)
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, excerptLength);
}

/** JSON that broke off may be a page of records, which nobody is to read here. */
function plainText(body: string): string {
  if (/^\s*[[{]/.test(body)) return "";
  return body.slice(0, lookedAt).replaceAll(/<[^>]*>/g, " ");
}

/** A list of objects, at the top or under a key that errors do not use, is a page of records and no error. */
function errorText(value: unknown): string | undefined {
  return Array.isArray(value) ? textOrFirst(value) : firstText(value);
}

const textOrFirst = (value: unknown): string | undefined => {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === "string" ? first : undefined;
};

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** How deep an error's text is looked for. */
const maxDepth = 6;

function firstText(value: unknown, depth = 0): string | undefined {
  if (typeof value === "string") return value;
  if (depth > maxDepth) return undefined;
  if (Array.isArray(value)) return firstText(value[0], depth + 1);
  if (typeof value !== "object" || value === null) return undefined;
  const object = value as Record<string, unknown>;
  for (const key of ["detail", "error", "errors", "message", "msg"]) {
    const text = firstText(object[key], depth + 1);
    if (text !== undefined) return text;
  }
  return textOrFirst(Object.values(object)[0]);
}

/** What an answer other than 200 means. A 401 on one endpoint while others answer means "permission", as a 403 does. */
export function failureOf(
  { status, headers, body }: { status: number; headers: Headers; body: string | undefined },
  permission: Permission,
  now: number,
  hide?: (text: string) => string,
): Failure {
  const said = messageOf(body, hide);
  const answered = `Kandji answered ${status}${said === "" ? "" : `: ${said}`}`;
  const afterMs = retryAfterMs(headers.get("Retry-After"), now);
  const failure = (kind: FailureKind, fix: string): Failure => ({
    kind,
    message: answered,
    fix,
    retryAfterMs: afterMs,
    status,
  });
  const tick = `"${permission.label}" (${permission.method} ${permission.path})`;

  // https://api-docs.kandji.io does not say how a tenant without the product is answered: 401, 403 and 404 have been seen.
  if (permission.licence !== undefined && [401, 403, 404].includes(status)) {
    return failure(
      "not-available",
      `If the tenant has ${permission.licence}, tick ${tick} for this token in the Kandji/Iru console, under Access, API tokens; if it has not, take the dataset off the list`,
    );
  }

  if (status === 401) {
    return failure(
      "token-rejected",
      `Check that the token was copied whole, was not revoked, and has the permission ${tick}: Kandji answers 401 also to a token without any permission`,
    );
  }
  if (status === 403) {
    return failure(
      "token-lacks-permission",
      `In the Kandji/Iru console, under Access, API tokens, tick ${tick} for this token`,
    );
  }
  if (status === 404) {
    return failure("wrong-host", "Check subdomain and region, or copy the API URL that the console shows under Access");
  }
  if (status === 429)
    return failure("rate-limited", "Nothing to do; other tools may be using up the tenant's 10,000 requests an hour");
  if (status === 413) return failure("unreadable-answer", waitAndSee);
  if (status >= 500) return failure("kandji-unavailable", waitAndSee);
  if (status >= 300 && status < 400) {
    return failure(
      "wrong-host",
      "Kandji redirects, and a token is never sent to another host: copy the API URL that the console shows under Access",
    );
  }
  return failure(
    "unexpected-answer",
    "Report it with the text of the answer; the position is kept and nothing is lost",
  );
}
