import type { Asking, Listing, Way } from "./listing.ts";

/** The 16 categories of Prism, the tenant-wide inventory: one dataset each, alike but for a few lines. */

interface Category {
  /** As the API writes it. */
  readonly name: string;
  readonly title: string;
  readonly holds: string;
  /** Empty: one row per device. */
  readonly identity: readonly string[];
  readonly names?: readonly string[];
  readonly every?: string;
  readonly volatile?: Readonly<Record<string, string>>;
  readonly sensitive?: Readonly<Record<string, string>>;
}
