import type { SecureHeadersVariables } from "hono/secure-headers";
import type { Role } from "./access.ts";
import type { Gateway } from "./gateway.ts";

/** What a request carries on its way through the routes. */
export interface WebTypes {
  Bindings: object;
  Variables: SecureHeadersVariables & {
    gateway: Gateway;
    /** Set behind the door only: an answer may be made before anybody was let in. */
    role: Role | undefined;
  };
}
