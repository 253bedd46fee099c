/**
 * Who may come in by a token. A request carries `Authorization: Bearer <token>`, or Basic with any user name and the token
 * as password, so that a browser asks. Those whom Cloudflare Access lets in come by `access-identity.ts`.
 */

/** An admin may see and operate, a viewer may see. */
export type Role = "admin" | "viewer";

export interface Tokens {
  readonly adminToken?: string | undefined;
  readonly viewerToken?: string | undefined;
}

/** Shorter tokens could be guessed: the routes are open to the internet, and a guesser may have many addresses. */
export const minAdminTokenLength = 24;

/** Why nobody can be let in by a token; `undefined` when somebody can. */
export function whyClosed(tokens: Tokens): string | undefined {
  const length = usable(tokens.adminToken).length;
  if (length === 0) {
    return "Cannot let anybody in: secret ADMIN_TOKEN is not set";
  }
  if (length < minAdminTokenLength) {
    return `Cannot let anybody in: secret ADMIN_TOKEN is shorter than ${minAdminTokenLength} characters`;
  }
  return undefined;
}

/** The role that the `Authorization` header gives; `undefined` without one, or with a wrong one. */
export async function roleOf(authorization: string | undefined, tokens: Tokens): Promise<Role | undefined> {
  const offered = await digest(tokenIn(authorization) ?? "");
  const admin = usable(tokens.adminToken);
  const viewer = usable(tokens.viewerToken);
  // Both are always compared, so that the time taken does not tell which of them is set or was nearly met.
  const isAdmin = sameBytes(offered, await digest(admin));
  const isViewer = sameBytes(offered, await digest(viewer));
  if (isAdmin && admin.length >= minAdminTokenLength) {
    return "admin";
  }
  return isViewer && viewer !== "" ? "viewer" : undefined;
}

/** Whether a request that changes something was sent by a page of another site (or by one whose site cannot be told). */
export function isCrossSite(method: string, url: string, headers: Headers): boolean {
  if (method === "GET" || method === "HEAD") {
    return false;
  }
  const site = headers.get("Sec-Fetch-Site");
  if (site !== null && site !== "same-origin" && site !== "none") {
    return true;
  }
  const origin = headers.get("Origin");
  // Our own pages send no referrer, and such a page's forms have the origin "null"; then the browser's word on the site decides.
  if (origin === null || (origin === "null" && site !== null)) {
    return false;
  }
  return origin !== new URL(url).origin;
}

/** Secrets put from a file or by `echo` often end in a newline, which no header can carry. */
function usable(token: string | undefined): string {
  return token?.trim() ?? "";
}

/** Anybody may send anything here, so it is read in one direction: no pattern that could take the square of its length. */
function tokenIn(authorization = ""): string | undefined {
  const blank = authorization.indexOf(" ");
  const scheme = authorization.slice(0, Math.max(0, blank)).toLowerCase();
  const credentials = authorization.slice(blank + 1).trim();
  if (credentials === "") {
    return undefined;
  }
  if (scheme === "basic") {
    return passwordIn(credentials);
  }
  return scheme === "bearer" ? credentials : undefined;
}

function passwordIn(credentials: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(credentials), (character) => character.charCodeAt(0));
    const pair = new TextDecoder().decode(bytes);
    const colon = pair.indexOf(":");
    return colon === -1 ? undefined : pair.slice(colon + 1);
  } catch {
    return undefined;
  }
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** Compares digests, which have one length, without stopping at the first difference. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (const [index, byte] of a.entries()) {
    difference |= byte ^ (b[index] ?? 0);
  }
  return difference === 0;
}
