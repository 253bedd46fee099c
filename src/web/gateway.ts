import type { Config } from "../config/config.ts";
import type { Fleet } from "../forwarder/fleet.ts";
import type { JournalEntry } from "../journal/entry.ts";
import type { JournalPage, JournalQuery } from "../journal/query.ts";
import type { RefusedAccess } from "../journal/refused-access.ts";
import type { HttpAnswer } from "../ports.ts";
import type { TenantOperations } from "../tenant/report.ts";
import type { AccessVariables } from "./access-settings.ts";

/** The seam of the web room: everything that a page or an operation may ask of the forwarder. The Worker implements it; a test fakes it. */
export interface Gateway {
  readonly version: string;
  /** `ADMIN_TOKEN` and `VIEWER_TOKEN` as they are bound; `access.ts` decides whether they are usable. */
  readonly adminToken?: string | undefined;
  readonly viewerToken?: string | undefined;
  /** What the operator said about Cloudflare Access, as it is bound; `access-settings.ts` decides whether it is usable. */
  readonly access?: AccessVariables | undefined;
  /** Asks for the keys of a team of Cloudflare Access. Throws when there is no answer within five seconds. */
  fetchKeys(url: string): Promise<HttpAnswer>;
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
  /** Writes what somebody attempted into the journal. Never throws: what was done is done, and the log says what could not be written. */
  record(entry: JournalEntry): Promise<void>;
  /** Tells what was refused at the door. Never throws. */
  refused(access: RefusedAccess): Promise<void>;
  journal(query: JournalQuery): Promise<JournalPage>;
  /** The text without whatever stands in a secret. */
  hide(text: string): string;
}
