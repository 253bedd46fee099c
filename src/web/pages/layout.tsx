import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { Health } from "../../tenant/report.ts";
import { localTimes } from "./local-times.ts";
import { style } from "./style.ts";

/** What every page is told besides its own matter. */
export interface Frame {
  readonly nonce: string | undefined;
  /** Whether the reader may operate: a viewer sees no buttons. */
  readonly operable: boolean;
}

interface LayoutProps {
  readonly nonce: string | undefined;
  readonly title: string;
  readonly health?: Health;
  readonly version?: string;
  readonly children?: Child;
}

/** The frame of every page. It works without script: the one that it has only says times once more, in the reader's zone. */
export function Layout({ nonce, title, health, version, children }: LayoutProps): JSX.Element {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · kandji-forwarder`}</title>
        <link rel="icon" href={icon(health)} />
        {/* This and the script are the texts that are not escaped: constants of ours. */}
        <style nonce={nonce}>{raw(style)}</style>
      </head>
      <body>
        <a class="skip" href="#content">
          Skip to content
        </a>
        <header>
          <a class="name" href="/status">
            kandji-forwarder
          </a>
          <span>Kandji (now Iru) to your log systems</span>
          <a href="/journal">Journal</a>
        </header>
        <main id="content">{children}</main>
        <footer>
          kandji-forwarder {version} · Times are UTC, and in your zone where the browser says them · The same as JSON:
          ask this address with <code>Accept: application/json</code>
        </footer>
        <script>{raw(localTimes)}</script>
      </body>
    </html>
  );
}

const colours: Readonly<Record<Health, string>> = {
  ok: "1f8a55",
  degraded: "d98a00",
  failing: "d3332a",
  paused: "7b8794",
};

/** A dot in the colour of the health, so that the tab of the browser tells it. */
function icon(health: Health = "paused"): string {
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><circle cx='8' cy='8' r='7' fill='#${colours[health]}'/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
