import { Secret } from "../secret.ts";
import { configError } from "./complaints.ts";
import type { ChainConfig } from "./config.ts";

/** Whoever has a manifest may try keys against it for as long as they like. */
const minKeyLength = 24;

/**
 * Reads `CHAIN_KEY`, and `ADMIN_TOKEN` where that is absent or too short; `undefined` without either. Blanks and line
 * breaks at the ends are ignored.
 */
export function readChainSecret(env: ReadonlyMap<string, string>): ChainConfig | undefined {
  const key = usable(env.get("CHAIN_KEY"));
  if (key.length >= minKeyLength) return { secret: { from: "CHAIN_KEY", value: new Secret(key) }, errors: [] };
  const errors = key === "" ? [] : [tooShort];
  const token = usable(env.get("ADMIN_TOKEN"));
  if (token.length >= minKeyLength) return { secret: { from: "ADMIN_TOKEN", value: new Secret(token) }, errors };
  return errors.length === 0 ? undefined : { secret: undefined, errors };
}

const usable = (text: string | undefined): string => text?.trim() ?? "";

const tooShort = configError("CHAIN_KEY", [], {
  what: `is shorter than ${minKeyLength} characters; until it is longer, a key made from ADMIN_TOKEN is used`,
  fix: "Put a longer one: openssl rand -hex 32 > chain-key.txt, then npx wrangler secret put CHAIN_KEY < chain-key.txt",
});
