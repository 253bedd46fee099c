import { basename } from "node:path";
import { parseArgs } from "node:util";

/** What was asked for on the command line. */

export interface SecretFile {
  readonly path: string;
  readonly kind: "tenant" | "destination";
  /** The name of the secret that it would be put as. */
  readonly secret: string;
}

export interface Command {
  readonly files: readonly SecretFile[];
  readonly asJson: boolean;
  readonly allowLocalHosts: boolean;
}

/** The command line makes no sense. */
export class CannotVerify extends Error {}

export const usage = `npm run verify -- [options] acme.json… [--destination siem.json]…

Tries secrets before they are put: reads each file as the forwarder would, then asks Kandji (now Iru) for a few records of each
dataset with the token of a tenant, and sends each destination one record that is marked as a test.
acme.json is tried as secret TENANT_ACME, --destination siem.json as DESTINATION_SIEM.

  --destination FILE   a destination's secret; may be repeated
  --json               the same for programs
  --allow-local-hosts  permits http: and loopback, for a simulator

Exit code: 0 everything works, 1 something does not, 2 the command line makes no sense.`;

/** `undefined` when only help is wanted. Throws `CannotVerify`. */
export function readCommand(args: readonly string[]): Command | undefined {
  const { values, positionals } = parsed(args);
  if (values.help === true) return undefined;
  const files = [
    ...positionals.map((path) => fileOf("tenant", path)),
    ...(values.destination ?? []).map((path) => fileOf("destination", path)),
  ];
  if (files.length === 0) throw new CannotVerify(`Cannot verify: no file was named\n\n${usage}`);
  const twice = files.find((file, index) => files.findIndex(({ secret }) => secret === file.secret) !== index);
  if (twice !== undefined) {
    throw new CannotVerify(
      `Cannot verify: two files would be secret ${twice.secret}. Rename one, or verify it by itself`,
    );
  }
  return { files, asJson: values.json === true, allowLocalHosts: values["allow-local-hosts"] === true };
}

function parsed(args: readonly string[]) {
  const flag = { type: "boolean" } as const;
  const options = {
    destination: { type: "string", multiple: true },
    json: flag,
    help: flag,
    "allow-local-hosts": flag,
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new CannotVerify(`${(error as Error).message}\n\n${usage}`);
  }
}

/** `tenant-acme.json` and `acme.json` are both `TENANT_ACME`. */
function fileOf(kind: SecretFile["kind"], path: string): SecretFile {
  const name = basename(path)
    .replace(/\.[^.]*$/u, "")
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/gu, "_")
    .replaceAll(/^_+|_+$/gu, "");
  const prefix = `${kind.toUpperCase()}_`;
  return { path, kind, secret: name.startsWith(prefix) ? name : prefix + name };
}
