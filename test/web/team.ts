import type { Gateway } from "../../src/web/gateway.ts";
import { now } from "./sample.ts";

/** A team of Cloudflare Access: signs tokens, and answers with its keys as Cloudflare does. */

export const teamDomain = "acme.cloudflareaccess.com";
export const audience = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
export const admins = "ann@example.com, @ops.example.com, 0123456789abcdef.access";

const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const encoded = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString("base64url");

export interface TokenPlan {
  readonly kid?: string;
  readonly header?: object;
  readonly claims?: object;
  /** What comes in place of the signature. */
  readonly signature?: string;
}

export class Team {
  readonly #pairs: ReadonlyMap<string, CryptoKeyPair>;
  /** Names of the keys that it publishes. */
  published: readonly string[];
  /** How often it was asked for them. */
  asked = 0;
  readonly urls: string[] = [];
  /** What it answers instead of the keys. */
  answer: (() => Promise<{ status: number; body: string | undefined }>) | undefined;

  private constructor(pairs: ReadonlyMap<string, CryptoKeyPair>) {
    this.#pairs = pairs;
    this.published = [...pairs.keys()];
  }

  static async of(...kids: readonly string[]): Promise<Team> {
    const make = async (): Promise<CryptoKeyPair> =>
      (await crypto.subtle.generateKey(
        { ...algorithm, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
        true,
        ["sign", "verify"],
      )) as CryptoKeyPair;
    return new Team(new Map(await Promise.all(kids.map(async (kid) => [kid, await make()] as const))));
  }

  async token({ kid = "first", header = {}, claims = {}, signature }: TokenPlan = {}): Promise<string> {
    const seconds = Math.floor(now / 1000);
    const body = {
      aud: [audience],
      email: "bob@example.com",
      exp: seconds + 60,
      iat: seconds,
      nbf: seconds,
      iss: `https://${teamDomain}`,
      type: "app",
      sub: "7335d417-61da-459d-899c-0a01c76a2f94",
      ...claims,
    };
    const signed = [{ alg: "RS256", kid, typ: "JWT", ...header }, body]
      .map((part) => encoded(JSON.stringify(part)))
      .join(".");
    const pair = this.#pairs.get(kid);
    if (signature !== undefined || pair === undefined) return `${signed}.${signature ?? "AAAA"}`;
    const bytes = await crypto.subtle.sign(algorithm, pair.privateKey, new TextEncoder().encode(signed));
    return `${signed}.${encoded(new Uint8Array(bytes))}`;
  }

  /** As a gateway needs it. */
  readonly fetchKeys: Gateway["fetchKeys"] = async (url) => {
    this.asked += 1;
    this.urls.push(url);
    if (this.answer !== undefined) return { headers: new Headers(), ...(await this.answer()) };
    const keys = await Promise.all(
      this.published.map(async (kid) => {
        const jwk = (await crypto.subtle.exportKey("jwk", this.#pairs.get(kid)!.publicKey)) as JsonWebKey;
        return { kid, kty: jwk.kty, alg: "RS256", use: "sig", e: jwk.e, n: jwk.n };
      }),
    );
    const body = JSON.stringify({ keys, public_cert: { kid: "first", cert: "…" }, public_certs: [] });
    return { status: 200, headers: new Headers(), body };
  };
}
