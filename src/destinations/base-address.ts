import { issueOf, webAddress } from "./settings.ts";

/** The base URL of an intake, to which the forwarder adds the path of its API. */

const withoutSlashes = (path: string): string => path.replace(/\/+$/u, "");

/** Refuses an address that names the path already: it would be there twice. */
export const baseAddress = (path: RegExp, example: string): typeof webAddress =>
  webAddress.superRefine((url, context) => {
    if (!path.test(withoutSlashes(url.pathname))) return;
    context.addIssue(issueOf({ what: "is not a base URL", fix: `Leave out ${example}, the forwarder adds it` }));
  });

export function addPath(base: URL, path: string): URL {
  const whole = new URL(base);
  whole.pathname = withoutSlashes(base.pathname) + path;
  return whole;
}
