import type { Config } from "../config/config.ts";
import type { Fleet } from "../forwarder/fleet.ts";
import type { TenantOperations } from "../tenant/report.ts";

/** The seam of the web room: everything that a page or an operation may ask of the forwarder. The Worker implements it; a test fakes it. */
export interface Gateway {
  readonly version: string;
  /** `ADMIN_TOKEN` and `VIEWER_TOKEN` as they are bound; `access.ts` decides whether they are usable. */
  readonly adminToken?: string | undefined;
  readonly viewerToken?: string | undefined;
  /** Milliseconds since 1970. */
  now(): number;
  config(): Config;
  fleet(): Promise<Fleet>;
  /** A tenant's object at `home`: the jurisdiction where it was first placed, "" for none. It is not created by asking for it alone. */
  tenant(id: string, home: string): TenantOperations;
  /** Forgets the state of the object at `home`, and the tenant's report and home in the forwarder object. */
  forgetTenant(id: string, home: string): Promise<void>;
  /** What to tick for the token in the console so that this dataset can be read; `undefined` for an unknown dataset. */
  permission(dataset: string): string | undefined;
}
