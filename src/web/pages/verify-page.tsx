import { html, raw } from "hono/html";
import type { JSX } from "hono/jsx/jsx-runtime";
import type { Check, Verification } from "../../tenant/report.ts";
import { clip, count } from "./format.ts";
import { Layout, type Frame } from "./layout.tsx";
import { statusPath, tenantPath } from "./parts.tsx";

/** What must be ticked for the token so that a dataset can be read. */
export interface NeededPermission {
  readonly dataset: string;
  readonly label: string;
}

interface VerifyPageProps extends Frame {
  readonly tenant: string;
  readonly version: string;
  readonly permissions: readonly NeededPermission[];
}

/** Does it work, end to end, now? The button runs the live checks of one tenant. */
export function VerifyPage({ nonce, operable, tenant, version, permissions }: VerifyPageProps): JSX.Element {
  return (
    <Layout nonce={nonce} title={`${tenant}: Verify`} version={version}>
      <Way tenant={tenant} />
      <h1>Verify</h1>
      <WhatIsChecked heading="What is checked" tenant={tenant} permissions={permissions} operable={operable} />
    </Layout>
  );
}

/** Where the pieces of a page that is sent bit by bit stand: before the second text comes what is not known yet. */
const results = "<!--results-->";
const verdict = "<!--verdict-->";

interface RunningPageProps extends VerifyPageProps {
  readonly planned: readonly string[];
}

/** The page of checks that are being made, in three parts: results come between the first two, the verdict between the others. */
export function runningPage(props: RunningPageProps): readonly [string, string, string] {
  const [before = "", rest = ""] = textOf(<RunningPage {...props} />).split(results);
  const [between = "", after = ""] = rest.split(verdict);
  return [`<!doctype html>${before}`, between, after];
}

export function textOf(element: JSX.Element): string {
  const text = html`${element}`;
  if (text instanceof Promise) throw new Error("Invariant: no piece of a page waits for anything");
  return text.toString();
}

function RunningPage({ nonce, operable, tenant, version, permissions, planned }: RunningPageProps): JSX.Element {
  return (
    <Layout nonce={nonce} title={`${tenant}: Verification`} version={version}>
      <Way tenant={tenant} />
      <h1>Verification of {tenant}</h1>
      {planned.length > 0 && (
        <details>
          <summary>
            {count(planned.length, "check")} of Kandji (now Iru) and of destinations, one after the other, besides host
            and clock
          </summary>
          <ol>
            {planned.map((name) => (
              <li>{clip(name, 200)}</li>
            ))}
          </ol>
        </details>
      )}
      <section aria-labelledby="results">
        <h2 id="results">Results</h2>
        <ul class="problems checks" aria-live="polite">
          {raw(results)}
        </ul>
        <div role="status">{raw(verdict)}</div>
      </section>
      <WhatIsChecked heading="Check again" tenant={tenant} permissions={permissions} operable={operable} />
    </Layout>
  );
}

function Way({ tenant }: { tenant: string }): JSX.Element {
  return (
    <nav aria-label="Breadcrumb">
      <a href="/status">All tenants</a> / <a href={statusPath(tenant)}>{tenant}</a> / <b>Verify</b>
    </nav>
  );
}

interface WhatIsCheckedProps extends Pick<VerifyPageProps, "tenant" | "permissions" | "operable"> {
  readonly heading: string;
}

function WhatIsChecked({ heading, tenant, permissions, operable }: WhatIsCheckedProps): JSX.Element {
  return (
    <section>
      <h2>{heading}</h2>
      <p>
        Kandji (now Iru) is asked for a few records of each dataset, its host and clock are looked at, and each
        destination is sent one record that is marked as a test. None of it is counted, and nothing that waits is
        touched. <code>npm run verify</code> does the same with a secret that is not put yet.
      </p>
      <Permissions permissions={permissions} />
      {operable ? (
        <form method="post" action={`${tenantPath(tenant)}/verify`}>
          <button>Run the checks</button>
        </form>
      ) : (
        <p class="note">The checks send test records: only the admin token may run them</p>
      )}
    </section>
  );
}

export function CheckResult({ check }: { check: Check }): JSX.Element {
  return (
    <li class={check.ok ? "ok" : "failing"}>
      <p class="who">
        <span class={`badge ${check.ok ? "ok" : "failing"}`}>{check.ok ? "works" : "fails"}</span>{" "}
        <b>{clip(check.name, 200)}</b>
      </p>
      <p>{clip(check.message, 400)}</p>
      {check.fix !== undefined && <p class="mend">{clip(check.fix, 400)}</p>}
    </li>
  );
}

/** What is being tried: shown for as long as nothing stands behind it (nothing is `:last-child` while its parent is being read). */
export function Underway({ name }: { name: string | undefined }): JSX.Element {
  return <li class="underway">{name === undefined ? "Checking …" : `Checking ${clip(name, 200)} …`}</li>;
}

export function Verdict({ verification }: { verification: Verification }): JSX.Element {
  return <h2 class={`headline ${verification.ok ? "ok" : "failing"}`}>{sentence(verification)}</h2>;
}

/** What became of checks that were not made to the end. */
export function CutShort({ what, mend }: { what: string; mend: string }): JSX.Element {
  return (
    <>
      <h2 class="headline failing">The checks ended before all were made</h2>
      <p>{clip(what, 400)}</p>
      <p class="mend">{clip(mend, 400)}</p>
    </>
  );
}

function Permissions({ permissions }: { permissions: readonly NeededPermission[] }): JSX.Element | null {
  if (permissions.length === 0) {
    return null;
  }
  return (
    <>
      <p>A new API token may do nothing. Tick these in the console, under Access, API tokens:</p>
      <ul>
        {permissions.map(({ dataset, label }) => (
          <li>
            <b>{label}</b> for {dataset}
          </li>
        ))}
      </ul>
    </>
  );
}

function sentence({ ok, checks }: Verification): string {
  if (ok) {
    return "Everything works";
  }
  const failed = checks.filter((check) => !check.ok).length;
  return failed === 1 ? "1 check fails" : `${failed} checks fail`;
}
