import * as z from "zod";
import type { Secret } from "../secret.ts";
import type { Signature } from "./destination.ts";
import { checkedText, credential, headerName, issueOf, transportHeaders } from "./settings.ts";

/** The ways in which an HTTP source of Panther knows its senders: exactly one is chosen. */

// https://docs.panther.com/data-onboarding/data-transports/http, "Authentication": shared secret, HMAC, bearer, basic, none.

const header = headerName(new Set(["content-type", "user-agent", ...transportHeaders]));

const username = checkedText((value) =>
  /^[\x21-\x39\x3b-\x7e]+$/u.test(value)
    ? undefined
    : { what: "is not a user name", fix: "Use printable ASCII without blanks and colons (RFC 7617)" },
);

const prefix = checkedText((value) =>
  /^[\x21-\x7e]*$/u.test(value)
    ? undefined
    : { what: "has a blank or a character that no header has", fix: "Use printable ASCII only, such as sha256=" },
);

export const authenticationKeys = {
  auth: z
    .literal("none")
    .optional()
    .meta({ description: "The source takes records from anybody: its address is the only secret", examples: ["none"] }),
  bearerToken: credential.optional().meta({ description: "Bearer token of the source", examples: ["…"] }),
  username: username.optional().meta({ description: "User name of the source (Basic)", examples: ["kandji"] }),
  password: credential.optional().meta({ description: "Password of the source (Basic)", examples: ["…"] }),
  sharedSecretHeader: header
    .optional()
    .meta({ description: "Name of the header that carries the shared secret", examples: ["x-panther-kandji"] }),
  sharedSecret: credential.optional().meta({ description: "Shared secret of the source", examples: ["…"] }),
  hmacHeader: header
    .optional()
    .meta({ description: "Name of the header that carries the signature", examples: ["x-panther-signature"] }),
  hmacSecret: credential
    .optional()
    .meta({ description: "Secret key for HMAC-SHA256 over the bytes that are sent", examples: ["…"] }),
  hmacEncoding: z
    .enum(["hex", "base64"])
    .optional()
    .meta({ description: "How the signature is written; hex if absent", examples: ["hex", "base64"] }),
  hmacPrefix: prefix
    .optional()
    .meta({ description: "What stands before the signature; nothing if absent", examples: ["sha256="] }),
};

interface Keys {
  readonly auth?: "none" | undefined;
  readonly bearerToken?: Secret | undefined;
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
  readonly sharedSecretHeader?: string | undefined;
  readonly sharedSecret?: Secret | undefined;
  readonly hmacHeader?: string | undefined;
  readonly hmacSecret?: Secret | undefined;
  readonly hmacEncoding?: "hex" | "base64" | undefined;
  readonly hmacPrefix?: string | undefined;
}

/** The keys that each way needs. */
export const ways: readonly (readonly (keyof Keys)[])[] = [
  ["bearerToken"],
  ["username", "password"],
  ["sharedSecretHeader", "sharedSecret"],
  ["hmacHeader", "hmacSecret"],
  ["auth"],
];
const hmacExtras = ["hmacEncoding", "hmacPrefix"] as const;

const choice =
  'Give one of "bearerToken", "username" with "password", "sharedSecretHeader" with "sharedSecret", "hmacHeader" with "hmacSecret", or "auth": "none", as the source in Panther is set up';

/** Complains of no way, of two, and of half a way. */
export function checkAuthentication(chosen: Keys, context: z.core.$RefinementCtx): void {
  const begun = ways.filter((way) => way.some((key) => chosen[key] !== undefined));
  const [first, second] = begun;
  if (first === undefined) {
    context.addIssue(issueOf({ what: "is missing: nothing says how Panther is to know us", fix: choice }, ["auth"]));
    return;
  }
  if (second !== undefined) {
    const extra = second.find((key) => chosen[key] !== undefined) ?? "auth";
    context.addIssue(issueOf({ what: "is a second way of authentication", fix: choice }, [extra]));
    return;
  }
  for (const key of first.filter((one) => chosen[one] === undefined)) {
    const given = first.filter((one) => one !== key).map((one) => `"${one}"`);
    context.addIssue(issueOf({ what: "is missing", fix: `Add it, ${given.join(" and ")} needs it` }, [key]));
  }
  for (const key of hmacExtras) {
    if (chosen[key] === undefined || chosen.hmacSecret !== undefined) continue;
    context.addIssue(
      issueOf({ what: "means nothing without a signature", fix: 'Remove it, or add "hmacSecret"' }, [key]),
    );
  }
}

export interface Authentication {
  readonly headers: Readonly<Record<string, string>>;
  readonly signature?: Signature;
}

export function authenticationOf(chosen: Keys): Authentication {
  const { bearerToken, username: user, password, sharedSecretHeader, sharedSecret, hmacHeader, hmacSecret } = chosen;
  if (bearerToken !== undefined) return { headers: { Authorization: `Bearer ${bearerToken.reveal()}` } };
  if (user !== undefined && password !== undefined)
    return { headers: { Authorization: `Basic ${btoa(`${user}:${password.reveal()}`)}` } };
  if (sharedSecretHeader !== undefined && sharedSecret !== undefined)
    return { headers: { [sharedSecretHeader]: sharedSecret.reveal() } };
  if (hmacHeader === undefined || hmacSecret === undefined) return { headers: {} };
  const { hmacEncoding: encoding = "hex", hmacPrefix = "" } = chosen;
  return {
    headers: {},
    signature: { kind: "hmac-sha256", secret: hmacSecret, header: hmacHeader, encoding, prefix: hmacPrefix },
  };
}
