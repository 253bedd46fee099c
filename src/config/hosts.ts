import type { Complaint } from "../destinations/settings.ts";

/**
 * Which hosts requests may go to. The Kandji token goes to Kandji's API hosts only; records go to public https hosts only,
 * so that a secret cannot point the forwarder at what is inside a network. `ALLOW_LOCAL_HOSTS` lifts both for development.
 */

// https://support.kandji.io/kb/kandji-api: {subdomain}.api.kandji.io and {subdomain}.api.eu.kandji.io; Iru's own tools
// (github.com/kandji-inc/iructl, github.com/kandji-inc/irupkg) accept the same under iru.com.
const kandjiHost = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.api(?:\.eu)?\.(?:kandji\.io|iru\.com)$/u;
const consoleHost = /^[a-z0-9-]+(?:\.eu)?\.(?:kandji\.io|iru\.com)$/u;

const example = "https://acme.api.kandji.io";

/** Judges the API URL that the operator gave. */
export function checkApiUrl(text: string, allowLocal: boolean): Complaint | undefined {
  if (!URL.canParse(text))
    return { what: "is not a web address", fix: `Write the API URL as the console shows it, such as ${example}` };
  const url = new URL(text);
  const complaint = checkScheme(url, allowLocal);
  if (complaint !== undefined) return complaint;
  if (url.username !== "" || url.password !== "") {
    return { what: "carries a user name or a password", fix: "Leave them out" };
  }
  if (url.pathname !== "/" || /[?#]/u.test(text)) {
    return { what: "has more than a host", fix: `Leave out everything after the host, as in ${example}` };
  }
  return allowLocal ? undefined : checkKandjiHost(url);
}

function checkKandjiHost(url: URL): Complaint | undefined {
  if (consoleHost.test(url.hostname) && !kandjiHost.test(url.hostname)) {
    return { what: "is the address of the console, not of the API", fix: `Put "api" between, as in ${example}` };
  }
  if (!kandjiHost.test(url.hostname) || url.port !== "") {
    return {
      what: "is not an API host of Kandji or Iru",
      fix: `Write the API URL as the console shows it, such as ${example}`,
    };
  }
  return undefined;
}

/** Judges where records, or credentials for `hosts` alone, would be sent; the form of the address was judged with the settings. */
export function checkIntakeUrl(url: URL, allowLocal: boolean, hosts?: ReadonlySet<string>): Complaint | undefined {
  const complaint = checkScheme(url, allowLocal);
  if (complaint !== undefined || allowLocal) return complaint;
  if (hosts?.has(url.host) === false)
    return { what: "is not where this intake gives its tokens", fix: "Leave it out: only development needs it" };
  const host = url.hostname.replace(/\.+$/u, "");
  // The URL parser has already turned decimal, octal and hexadecimal forms into four numbers, and IPv6 into brackets.
  if (/^\d+\.\d+\.\d+\.\d+$/u.test(host) || host.startsWith("[")) {
    return { what: "names a host by its IP address", fix: "Write the host's name" };
  }
  if (isInternal(host))
    return { what: "names a host that is not on the internet", fix: "Write the intake's public name" };
  return undefined;
}

function checkScheme(url: URL, allowLocal: boolean): Complaint | undefined {
  if (url.protocol === "https:" || (allowLocal && url.protocol === "http:")) return undefined;
  return { what: "does not begin with https://", fix: "Write an address that begins with https://" };
}

// Special-use names (RFC 6761, 6762, 8375, ICANN's .internal) and names without a dot, which only a local resolver knows.
const internalEndings = [".localhost", ".local", ".localdomain", ".internal", ".home.arpa"];

function isInternal(host: string): boolean {
  return !host.includes(".") || internalEndings.some((ending) => host.endsWith(ending));
}
