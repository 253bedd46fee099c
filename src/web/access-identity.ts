import type { Actor } from "../journal/entry.ts";
import type { Role } from "./access.ts";
import { judgeToken, type AccessClaims } from "./access-jwt.ts";
import type { AccessKeys, KeyPorts } from "./access-keys.ts";
import type { AccessSettings } from "./access-settings.ts";

/** Whom Cloudflare Access let in, by the runtime's word or by the signed header, and what he may. */

/** Somebody who may come in, and as whom the journal knows him. */
export interface Visitor {
  readonly role: Role;
  readonly actor: Actor;
}

/** What the runtime knows when Access stands before this Worker: https://developers.cloudflare.com/workers/configuration/cloudflare-access/ */
export interface RuntimeAccess {
  readonly aud?: unknown;
  getIdentity?(): Promise<unknown>;
}

/** `nobody`: neither the runtime nor a header says anything of Access. */
export type AccessAnswer = Visitor | "nobody" | "invalid" | "unreachable";

interface Identity {
  readonly id?: string | undefined;
  readonly email?: string | undefined;
  /** Client id of a service token. */
  readonly service?: string | undefined;
}

export async function visitorOfAccess(
  runtime: RuntimeAccess | undefined,
  token: string | undefined,
  settings: AccessSettings,
  keys: AccessKeys,
  ports: KeyPorts,
): Promise<AccessAnswer> {
  if (runtime !== undefined && isOurs(runtime, settings)) return visitor(await identityOf(runtime), settings);
  if (token === undefined || settings.team === undefined) return "nobody";
  const judged = await judgeToken(token, settings.team, keys, ports);
  return typeof judged === "string" ? judged : visitor(identityIn(judged), settings);
}

/** Where the operator named audiences, another application's word does not count. */
const isOurs = ({ aud }: RuntimeAccess, { team }: AccessSettings): boolean =>
  typeof aud === "string" && (team?.audiences.has(aud) ?? true);

/** Who it is may be unknown: then Access let somebody in who may see, and nothing else. */
async function identityOf(runtime: RuntimeAccess): Promise<Identity> {
  try {
    const found = ((await runtime.getIdentity?.()) ?? {}) as Record<string, unknown>;
    return { id: text(found["user_uuid"]), email: text(found["email"]), service: text(found["common_name"]) };
  } catch {
    return {};
  }
}

const identityIn = ({ sub, email, common_name }: AccessClaims): Identity => ({
  id: text(sub),
  email: text(email),
  service: text(common_name),
});

const longest = 320;
const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value.slice(0, longest) : undefined;

function visitor({ id, email, service }: Identity, { admins }: AccessSettings): Visitor {
  const role: Role = isAdmin(email?.toLowerCase(), service?.toLowerCase(), admins) ? "admin" : "viewer";
  const attributes = { role, signedInBy: "Cloudflare Access", ...(email !== undefined && { email }) };
  if (email === undefined && service !== undefined)
    return { role, actor: { id: service, type: "TOKEN", name: service, attributes } };
  return {
    role,
    actor: { id: id ?? email ?? "unknown", type: "USER", ...(email !== undefined && { name: email }), attributes },
  };
}

function isAdmin(email: string | undefined, service: string | undefined, admins: ReadonlySet<string>): boolean {
  if (email === undefined) return service !== undefined && service.endsWith(".access") && admins.has(service);
  const at = email.lastIndexOf("@");
  return at > 0 && (admins.has(email) || admins.has(email.slice(at)));
}
