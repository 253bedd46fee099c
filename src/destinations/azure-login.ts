import { fieldOf, jsonOf } from "../json.ts";
import { Secret } from "../secret.ts";
import { judgeStatus, type Meanings } from "./answers.ts";
import { addPath } from "./base-address.ts";
import type { Answer, Authorization, Grant } from "./destination.ts";

/**
 * Microsoft Entra ID: the token that Azure Monitor wants, by the client credentials flow.
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */

export interface AzureLogin {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly cloud: keyof typeof clouds;
  readonly loginUrl?: URL | undefined;
}

// https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud for the hosts, and "Request headers" of
// https://learn.microsoft.com/azure/azure-monitor/logs/logs-ingestion-api-overview for the scopes.
export const clouds = {
  public: { login: "https://login.microsoftonline.com", scope: "https://monitor.azure.com/.default" },
  usgov: { login: "https://login.microsoftonline.us", scope: "https://monitor.azure.us/.default" },
  china: { login: "https://login.partner.microsoftonline.cn", scope: "https://monitor.azure.cn/.default" },
} as const;

const who = "Microsoft Entra ID";
const elsewhere = 'Check "tenantId", and that "cloud" is the cloud that the directory is in';
const checkSecret =
  'Put the Value of a client secret that has not expired, not its Secret ID, in "clientSecret": App registrations, Certificates & secrets';
const checkClient =
  'Check that "clientId" is the Application (client) ID and "tenantId" the Directory (tenant) ID of the same app registration';

// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
const known: ReadonlyMap<number, { readonly means: string; readonly fix: string }> = new Map([
  [7000215, { means: "the client secret is wrong", fix: checkSecret }],
  [7000222, { means: "the client secret has expired", fix: checkSecret }],
  [700016, { means: "the app is not in this directory", fix: checkClient }],
  [7000229, { means: "the app has no service principal in this directory", fix: checkClient }],
  [7000112, { means: "the app is disabled", fix: "Enable sign-in for the app: Enterprise applications, Properties" }],
  [90002, { means: "there is no such directory", fix: elsewhere }],
  [900023, { means: "the directory is neither a GUID nor a domain name", fix: elsewhere }],
  [500011, { means: "the directory does not know Azure Monitor", fix: elsewhere }],
  [53003, { means: "Conditional Access blocks the app", fix: "Except the app from the policy that blocks it" }],
]);

const meanings: Meanings = {
  who,
  refused: new Set(),
  lockedOut: new Map([
    [400, { means: "it does not accept what the app sends", fix: checkClient }],
    [401, { means: "it does not accept the client secret", fix: checkSecret }],
  ]),
  otherwise: elsewhere,
};

export const azureLogin: Authorization<AzureLogin> = {
  urlKey: "loginUrl",
  hosts: new Set(Object.values(clouds).map(({ login }) => new URL(login).host)),
  request(chosen) {
    const { login, scope } = clouds[chosen.cloud];
    return {
      url: addPath(chosen.loginUrl ?? new URL(login), `/${encodeURIComponent(chosen.tenantId)}/oauth2/v2.0/token`).href,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      gzip: false,
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: chosen.clientId,
        client_secret: chosen.clientSecret.reveal(),
        scope,
      }).toString(),
    };
  },
  read,
};

function read(answer: Answer): Grant {
  const { status, body = "" } = answer;
  const said = jsonOf(body);
  const verdict = judgeStatus(status, meanings);
  if (verdict.kind === "accepted")
    return tokenIn(said) ?? { kind: "try-later", why: `${who} answered ${status} without a token` };
  if (verdict.kind === "try-later") return verdict;
  if (fieldOf(said, "error") === "temporarily_unavailable")
    return { kind: "try-later", why: `${who} answered ${status}: it cannot give tokens now` };
  const refusal = refusalIn(said, status) ?? verdict;
  if (refusal.kind === "locked-out") return refusal;
  return { kind: "locked-out", why: `${who} answered ${status}: it gives no token`, fix: elsewhere };
}

const dayMs = 24 * 3_600_000;

function tokenIn(said: unknown): Grant | undefined {
  const token = fieldOf(said, "access_token");
  const seconds = Number(fieldOf(said, "expires_in"));
  // It goes into a header.
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/u.test(token) || !(seconds > 0)) return undefined;
  return { kind: "granted", token: new Secret(token), expiresInMs: Math.min(seconds * 1000, dayMs) };
}

/** Its `error_codes` are numbers: of what it says, only those that are known here are told. */
function refusalIn(said: unknown, status: number): Extract<Grant, { kind: "locked-out" }> | undefined {
  const codes: unknown = fieldOf(said, "error_codes");
  for (const code of Array.isArray(codes) ? (codes as unknown[]) : []) {
    const meaning = typeof code === "number" ? known.get(code) : undefined;
    if (meaning !== undefined)
      return {
        kind: "locked-out",
        why: `${who} answered ${status} (AADSTS${String(code)}): ${meaning.means}`,
        fix: meaning.fix,
      };
  }
  return undefined;
}
