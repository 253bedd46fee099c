import * as z from "zod";
import { isSignedBy, type AccessKeys, type KeyPorts } from "./access-keys.ts";
import type { AccessTeam } from "./access-settings.ts";

/** Judges the token that Cloudflare Access puts into the header of a request. Anybody may send such a header: only the signature counts. */

const longestToken = 16_384;
/** Clocks differ a little; a token that begins in the next seconds is not forged. */
const aheadMs = 60_000;

const header = z.object({ alg: z.literal("RS256"), kid: z.string().min(1).max(200) });
const claims = z.object({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  /** Seconds since 1970. */
  exp: z.number(),
  nbf: z.number().optional(),
  sub: z.string().optional(),
  email: z.string().optional(),
  /** Client id of a service token, which has neither email nor `sub`. */
  common_name: z.string().optional(),
});

export type AccessClaims = z.infer<typeof claims>;
export type JudgedToken = AccessClaims | "invalid" | "unreachable";

/** A token that is well-formed. Nothing of it is believed yet. */
interface ReadToken {
  readonly kid: string;
  readonly said: AccessClaims;
  readonly signed: string;
  readonly signature: Uint8Array<ArrayBuffer>;
}

export async function judgeToken(
  token: string,
  team: AccessTeam,
  keys: AccessKeys,
  ports: KeyPorts,
): Promise<JudgedToken> {
  const read = readToken(token);
  // What costs nothing is looked at first.
  if (read === undefined || !isForUs(read.said, team, ports.now())) return "invalid";
  const key = await keys.find(read.kid, team.origin, ports);
  if (typeof key === "string") return key === "unreachable" ? "unreachable" : "invalid";
  return (await isSignedBy(key, read.signature, read.signed)) ? read.said : "invalid";
}

function readToken(token: string): ReadToken | undefined {
  if (token.length > longestToken) return undefined;
  const [head = "", body = "", last = "", ...rest] = token.split(".");
  const named = header.safeParse(jsonIn(head));
  const said = claims.safeParse(jsonIn(body));
  const signature = bytesIn(last);
  if (!named.success || !said.success || signature === undefined || rest.length > 0) return undefined;
  return { kid: named.data.kid, said: said.data, signed: `${head}.${body}`, signature };
}

function isForUs({ iss, aud, exp, nbf = 0 }: AccessClaims, { origin, audiences }: AccessTeam, now: number): boolean {
  const tags = typeof aud === "string" ? [aud] : aud;
  return iss === origin && tags.some((tag) => audiences.has(tag)) && now < exp * 1000 && nbf * 1000 <= now + aheadMs;
}

function jsonIn(part: string): unknown {
  const bytes = bytesIn(part);
  try {
    return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** Base64url; `undefined` for anything else. */
function bytesIn(part: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]+$/.test(part)) return undefined;
  try {
    return Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
