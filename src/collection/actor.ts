import { fieldOf } from "../json.ts";

/** Who is behind the `actor_id` of an audit event, and how it is written into the event. */

/** Nothing else of an admin is kept or sent. */
export interface Actor {
  readonly email: string | null;
  readonly name: string | null;
  readonly role: string | null;
}

const key = "_actor";
/** What is longer is none of these: admins are kept by the hundred in a row. */
const maxLength = 200;

function textOf(record: unknown, field: string): string | null {
  const text = fieldOf(record, field);
  return typeof text === "string" && text.trim() !== "" && text.length <= maxLength ? text : null;
}

/** A UUID has one meaning in either case. */
const idAt = (record: unknown, field: string): string | undefined => textOf(record, field)?.toLowerCase();

/** The id under which admins know the actor; `undefined` where the actor is no person: a token, Kandji itself. */
export const actorIdOf = (record: unknown): string | undefined =>
  fieldOf(record, "actor_type") === "user" ? idAt(record, "actor_id") : undefined;

/** Should Kandji ever send such a key itself, its own counts. */
export const hasActorKey = (record: unknown): boolean => fieldOf(record, key) !== undefined;

/** Reads a row of the list of admins. */
export function adminOf(row: unknown): { id: string; actor: Actor } | undefined {
  const id = idAt(row, "id");
  if (id === undefined) return undefined;
  const names = [textOf(row, "first_name"), textOf(row, "last_name")].filter((name) => name !== null);
  const name = names.length === 0 ? null : names.join(" ");
  return { id, actor: { email: textOf(row, "email"), name, role: textOf(row, "role") } };
}

/** The record to the character, and one key more at its end. `raw` is an object with members. */
export const withActor = (raw: string, { email, name, role }: Actor): string =>
  `${raw.slice(0, -1)},"${key}":${JSON.stringify({ email, name, role })}}`;
