export { fieldOf, jsonOf } from "../json.ts";

/** The members of an object as JSON text, each with a comma before it: to be put behind another member. */
export function membersOf(object: object): string {
  const text = JSON.stringify(object);
  return text === "{}" ? "" : `,${text.slice(1, -1)}`;
}
