import type { Forwarder } from "./forwarder/forwarder-object.ts";
import type { Tenant } from "./tenant/tenant-object.ts";

/** What `wrangler.toml` and `wrangler secret put` bind. Tenants, destinations and notifications are further string entries: `TENANT_<NAME>`, `DESTINATION_<NAME>`, `NOTIFY_<NAME>`, and buckets for destinations of type `r2` stand under whatever name they are bound to. */
export interface Env {
  readonly TENANTS: DurableObjectNamespace<Tenant>;
  readonly FORWARDER: DurableObjectNamespace<Forwarder>;
  readonly ADMIN_TOKEN?: string;
  readonly VIEWER_TOKEN?: string;
  /** The team of Cloudflare Access that may stand in front: `acme.cloudflareaccess.com`; with `ACCESS_AUD` its signed header is accepted. */
  readonly ACCESS_TEAM_DOMAIN?: string;
  /** Audience tags of the Access applications in front, separated by commas. */
  readonly ACCESS_AUD?: string;
  /** Who of those whom Access lets in may operate: emails, `@domains`, client ids of service tokens, separated by commas; nobody where it is absent. */
  readonly ACCESS_ADMINS?: string;
  /** Days that entries of the journal are kept, as text; default 1825. */
  readonly JOURNAL_DAYS?: string;
  /** Signs the chain of deliveries; where it is absent a key is made from `ADMIN_TOKEN`. */
  readonly CHAIN_KEY?: string;
  /** `"true"` in development only: permits `http:`, loopback and other hosts, and ignores jurisdictions (the local runtime has none). */
  readonly ALLOW_LOCAL_HOSTS?: string;
  /** External requests that one run may make, as text; default 45, so that the free plan's 50 hold. */
  readonly MAX_REQUESTS_PER_RUN?: string;
  /** Bytes of records that one tenant may keep waiting, as text; beyond it the slowest destination's are let go and owed. */
  readonly MAX_SPOOL_BYTES?: string;
}
