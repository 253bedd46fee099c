import type { SecureHeadersVariables } from "hono/secure-headers";
import type { Actor } from "../journal/entry.ts";
import type { Role } from "./access.ts";
import type { Gateway } from "./gateway.ts";
import type { Noted } from "./journalling.ts";

/** What a request carries on its way through the routes. */
export interface WebTypes {
  Bindings: object;
  Variables: SecureHeadersVariables & {
    gateway: Gateway;
    /** Set behind the door only: an answer may be made before anybody was let in. */
    role: Role | undefined;
    /** Who it is, as the journal says it; set with the role. */
    actor: Actor | undefined;
    /** What an operation has told the journal so far. */
    noted: Noted | undefined;
    /** An operation that goes on while its answer is being sent: its entry is written when it has ended. Never rejects. */
    goesOn: Promise<void> | undefined;
  };
}
