/** What stands in place of a secret. */
const shown = "‹hidden›";
/** Shorter texts ("us", "datadog") are no secrets, and would be found everywhere. */
const shortest = 8;

/**
 * Takes out of a text that somebody else wrote whatever stands in a secret: the whole of it, each text in its JSON, and
 * the pieces of URLs and headers in there. `env` is the Worker's environment.
 */
export function hideSecrets(text: string, env: object): string {
  return Object.values(env)
    .flatMap((value) => (typeof value === "string" ? textsIn(value) : []))
    .flatMap((secret) => [secret, ...secret.split(/[\s/?&=:]+/u)])
    .filter((secret) => secret.length >= shortest)
    .toSorted((one, other) => other.length - one.length)
    .reduce((left, secret) => left.replaceAll(secret, shown), text);
}

function textsIn(value: string): string[] {
  const texts = [value.trim()];
  try {
    JSON.parse(value, (_, leaf: unknown) => {
      if (typeof leaf === "string") texts.push(leaf.trim());
      return leaf;
    });
  } catch {
    // Not JSON: it is one text.
  }
  return texts;
}
