import type { Env } from "../env.ts";

/** The one forwarder object of an installation. */
export const forwarderOf = (env: Env) => env.FORWARDER.getByName("forwarder");
