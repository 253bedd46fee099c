import type { Provenance } from "./entry.ts";

/** What is kept of the headers of a request. Whoever sends it writes most of them, so each is checked or cut. */

const mostHops = 10;
const longestAgent = 200;

/**
 * `hide` takes secrets out of a text: the user agent is the one text of an entry that is free.
 * `CF-Connecting-IP` is Cloudflare's own word (https://developers.cloudflare.com/fundamentals/reference/http-headers/).
 */
export function provenanceOf(headers: Headers, hide: (text: string) => string): Provenance {
  const sourceIP = addressIn(headers.get("CF-Connecting-IP") ?? "");
  const hops = (headers.get("X-Forwarded-For") ?? "").slice(0, 1_000).split(",").flatMap(toAddress).slice(0, mostHops);
  const userAgent = hide(headers.get("User-Agent") ?? "").slice(0, longestAgent);
  return {
    ...(sourceIP !== undefined && { sourceIP }),
    ...(hops.length > 0 && { XForwardedFor: hops }),
    ...(userAgent !== "" && { userAgent }),
  };
}

const octet = /^\d{1,3}$/;
const group = /^[0-9a-f]{0,4}$/i;

/** An address in the shape of IPv4 or IPv6; `undefined` for anything else, so that no other text gets in here. */
export function addressIn(text: string): string | undefined {
  const address = text.trim();
  const octets = address.split(".");
  if (octets.length === 4 && octets.every((part) => octet.test(part))) return address;
  const groups = address.split(":");
  if (groups.length < 3 || groups.length > 9) return undefined;
  const [last = ""] = groups.slice(-1);
  const isMapped = last.includes(".") && addressIn(last) !== undefined;
  return (isMapped ? groups.slice(0, -1) : groups).every((part) => group.test(part)) ? address : undefined;
}

function toAddress(text: string): string[] {
  const address = addressIn(text);
  return address === undefined ? [] : [address];
}
