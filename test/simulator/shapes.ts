/** The forwarder's formats, as a reader of an intake knows them: each has what Kandji sent somewhere in it. */

interface Shaped {
  readonly class_uid?: unknown;
  readonly raw_data?: unknown;
  readonly event?: { readonly original?: unknown };
}

/** What Kandji sent, to the character, out of a record in any format. */
export function rawOf(text: string): string {
  const { class_uid: ocsfClass, raw_data: ocsf, event } = read(text);
  if (typeof ocsfClass === "number" && typeof ocsf === "string") return ocsf;
  if (typeof event?.original === "string") return event.original;
  // Panther and RunReveal are given the object itself, among keys of their own.
  const runreveal = /^\{"eventName":.*?,"record":(\{.*\})\}$/su.exec(text)?.[1];
  return runreveal ?? text.replace(/,"received_at":"[^"]*","tenant_id":"[^"]*"\}$/u, "}");
}

function read(text: string): Shaped {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
