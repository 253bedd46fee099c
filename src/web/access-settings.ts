/** What the operator said about Cloudflare Access: three variables, and nothing of them is guessed. */

export interface AccessVariables {
  readonly teamDomain?: string | undefined;
  readonly audience?: string | undefined;
  readonly admins?: string | undefined;
}

export interface AccessSettings {
  /** Whose signature is believed; absent where only the runtime's own word on Access is. */
  readonly team: AccessTeam | undefined;
  /** Emails, `@domains` and client ids of service tokens, in lower case. */
  readonly admins: ReadonlySet<string>;
}

export interface AccessTeam {
  /** `https://acme.cloudflareaccess.com`: the issuer, and where its keys are. */
  readonly origin: string;
  readonly audiences: ReadonlySet<string>;
}

export interface WrongVariable {
  readonly variable: string;
  readonly what: string;
  readonly mend: string;
}

export type ReadSettings =
  | { readonly ok: true; readonly settings: AccessSettings }
  | { readonly ok: false; readonly wrong: WrongVariable };

const host = /^(?:https:\/\/)?([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.cloudflareaccess\.com)\/?$/i;
/** A tag is 64 hexadecimal digits today: https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/ */
const audienceTag = /^[\w-]{16,128}$/;
const admin = /^(?:[^\s@,]+@[a-z0-9.-]+\.[a-z0-9-]+|@[a-z0-9.-]+\.[a-z0-9-]+|[\w-]+\.access)$/;

export function readAccessSettings({ teamDomain, audience, admins }: AccessVariables): ReadSettings {
  const domain = teamDomain?.trim() ?? "";
  const audiences = listOf(audience);
  const names = listOf(admins?.toLowerCase());
  const wrong = domain === "" && audiences.length === 0 ? undefined : wrongTeam(domain, audiences);
  if (wrong !== undefined) return { ok: false, wrong };
  if (names.some((text) => !admin.test(text))) return { ok: false, wrong: wrongAdmins };
  const [, name] = host.exec(domain) ?? [];
  const team =
    name === undefined ? undefined : { origin: `https://${name.toLowerCase()}`, audiences: new Set(audiences) };
  return { ok: true, settings: { team, admins: new Set(names) } };
}

/** The two go together. */
function wrongTeam(domain: string, audiences: readonly string[]): WrongVariable | undefined {
  if (domain === "") return noDomain;
  if (!host.test(domain)) return wrongDomain;
  if (audiences.length === 0) return noAudience;
  return audiences.every((tag) => audienceTag.test(tag)) ? undefined : wrongAudience;
}

const listOf = (text = ""): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

const wrongDomain: WrongVariable = {
  variable: "ACCESS_TEAM_DOMAIN",
  what: "it is not a team domain of Cloudflare Access",
  mend: "Set it to the one of Zero Trust, Settings: acme.cloudflareaccess.com",
};
const wrongAudience: WrongVariable = {
  variable: "ACCESS_AUD",
  what: "it is not a list of audience tags",
  mend: "Set it to the Application Audience (AUD) Tag of the Access application; several are separated by commas",
};
const noAudience: WrongVariable = {
  variable: "ACCESS_AUD",
  what: "it is not set and ACCESS_TEAM_DOMAIN is: tokens for any other application of the team would be accepted",
  mend: "Set it to the Application Audience (AUD) Tag of the Access application, or remove ACCESS_TEAM_DOMAIN",
};
const noDomain: WrongVariable = {
  variable: "ACCESS_TEAM_DOMAIN",
  what: "it is not set and ACCESS_AUD is",
  mend: "Set it to the one of Zero Trust, Settings: acme.cloudflareaccess.com, or remove ACCESS_AUD",
};
const wrongAdmins: WrongVariable = {
  variable: "ACCESS_ADMINS",
  what: "it holds something that is no email, no @domain and no client id of a service token",
  mend: "Separate them by commas: ann@example.com, @ops.example.com, 0123456789abcdef.access",
};
