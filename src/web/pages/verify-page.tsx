import type { JSX } from "hono/jsx/jsx-runtime";
import type { Check, Verification } from "../../tenant/report.ts";
import { clip } from "./format.ts";
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
  /** Absent before the checks were run. */
  readonly verification?: Verification;
}

/** Does it work, end to end, now? Runs the live checks of one tenant and shows each with its mend. */
export function VerifyPage({
  nonce,
  operable,
  tenant,
  version,
  permissions,
  verification,
}: VerifyPageProps): JSX.Element {
  const title = verification === undefined ? "Verify" : sentence(verification);
  const health = verification === undefined ? undefined : verification.ok ? "ok" : "failing";
  return (
    <Layout nonce={nonce} title={`${tenant}: ${title}`} version={version} {...(health !== undefined && { health })}>
      <nav aria-label="Breadcrumb">
        <a href="/status">All tenants</a> / <a href={statusPath(tenant)}>{tenant}</a> / <b>Verify</b>
      </nav>
      <h1 class={health === undefined ? undefined : `headline ${health}`}>{title}</h1>
      {verification !== undefined && <Checks checks={verification.checks} />}
      <section>
        <h2>{verification === undefined ? "What is checked" : "Check again"}</h2>
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
    </Layout>
  );
}

function Checks({ checks }: { checks: readonly Check[] }): JSX.Element {
  return (
    <ul class="problems checks">
      {checks.map((check) => (
        <li class={check.ok ? "ok" : "failing"}>
          <p class="who">
            <span class={`badge ${check.ok ? "ok" : "failing"}`}>{check.ok ? "works" : "fails"}</span>{" "}
            <b>{clip(check.name, 200)}</b>
          </p>
          <p>{clip(check.message, 400)}</p>
          {check.fix !== undefined && <p class="mend">{clip(check.fix, 400)}</p>}
        </li>
      ))}
    </ul>
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
