import { entryOf, itself, type JournalEntry } from "./entry.ts";
import type { ActionName } from "./actions.ts";

/** Name of a secret → its fingerprint, which says nothing of its value; null for one that cannot be read. */
export type SecretsSeen = Readonly<Record<string, string | null>>;

/** What changed in the configuration since it was seen last. Who put a secret is known to Cloudflare's own audit log alone. */
export function changesOf(before: SecretsSeen, now: SecretsSeen, at: number): JournalEntry[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].toSorted();
  return names.flatMap((secret) => {
    const action = changeOf(fingerprintIn(before, secret), fingerprintIn(now, secret));
    if (action === undefined) return [];
    const isInvalid = action === "SECRET_INVALID";
    return entryOf(
      {
        action,
        result: isInvalid ? "FAILED" : "SUCCEEDED",
        actor: itself,
        static: { ...subjectOf(secret), secret },
        ...(isInvalid && { errors: [`Cannot read secret "${secret}": /status says why`] }),
      },
      at,
    );
  });
}

const fingerprintIn = (seen: SecretsSeen, secret: string): string | null | undefined =>
  Object.hasOwn(seen, secret) ? seen[secret] : undefined;

function changeOf(before: string | null | undefined, now: string | null | undefined): ActionName | undefined {
  if (before === now) return undefined;
  if (now === undefined) return "SECRET_REMOVED";
  if (now === null) return "SECRET_INVALID";
  return before === undefined ? "SECRET_ADDED" : "SECRET_CHANGED";
}

const kinds: ReadonlyMap<string, string> = new Map([
  ["TENANT", "tenant"],
  ["NOTIFY", "notification"],
]);

/** `TENANT_ACME_EU` is tenant `acme-eu`, `DESTINATION_SIEM` destination `siem`, `NOTIFY_OPS` notification `ops`. */
function subjectOf(secret: string): Record<string, string> {
  const [prefix = ""] = secret.split("_", 1);
  const id = secret
    .slice(prefix.length + 1)
    .toLowerCase()
    .replaceAll("_", "-");
  return { [kinds.get(prefix) ?? "destination"]: id };
}
