import type { JSX } from "hono/jsx/jsx-runtime";

/** How often a page that only shows loads itself anew. One with fields does not: somebody may be typing. */
export const refreshSeconds = 60;

/** Stops it, or starts it again: a reader may need longer than that (WCAG 2.2.1). */
export function RefreshSwitch({ path, on }: { path: string; on: boolean }): JSX.Element {
  return on ? (
    <a href={`${path}?refresh=off`}>Stop refreshing every {refreshSeconds} s</a>
  ) : (
    <a href={path}>Refresh every {refreshSeconds} s</a>
  );
}
