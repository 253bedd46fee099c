import type { Failure, FailureKind } from "../kandji/failure.ts";
import type { Check } from "./check.ts";

/** What says that nobody of this name is there. Whoever refuses a token is the API. */
const absent: ReadonlySet<FailureKind> = new Set(["wrong-host", "kandji-unreachable"]);

/** Whether the host is that of the tenant's API, by what came of all requests; `undefined` stands for one that was answered. */
export function checkHost(host: string, outcomes: readonly (Failure | undefined)[]): Check {
  const region = regionOf(host);
  const name = `Kandji: host ${host}${region === undefined ? "" : ` (region ${region})`}`;
  const failure = outcomes.every((outcome) => outcome !== undefined && absent.has(outcome.kind))
    ? outcomes[0]
    : undefined;
  if (failure === undefined) return { name, ok: true, message: "The API answers there" };
  const other = region === "eu" ? "us" : "eu";
  const hint = region === undefined ? "" : `. If the account is in the other region, write "region": "${other}"`;
  return { name, ok: false, message: failure.message, fix: failure.fix + hint };
}

/** https://support.kandji.io/kb/kandji-api: accounts of the EU have "eu" in the host. */
function regionOf(host: string): "us" | "eu" | undefined {
  const [, eu] = /\.api(\.eu)?\.(?:kandji\.io|iru\.com)$/u.exec(host) ?? ["", null];
  if (eu === null) return undefined;
  return eu === undefined ? "us" : "eu";
}
