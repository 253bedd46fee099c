/** What `package.json` and `package-lock.json` say of other people's code, and the rules that need nothing else. */

/** One thing that breaks a rule: what, where, and the mend. */
export interface Violation {
  readonly what: string;
  readonly mend: string;
}

type Versions = Readonly<Record<string, string>>;

export interface Manifest {
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly optionalDependencies?: Versions;
  /** Package, or package and version → whether its install scripts may run. https://docs.npmjs.com/cli/commands/npm-approve-scripts */
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

export interface LockedPackage {
  readonly version?: string;
  /** Absent: the registry. */
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  /** A tool, and besides optional for what is more than a tool. */
  readonly devOptional?: boolean;
  readonly optional?: boolean;
  /** Comes inside the archive of another package, whose hash covers it. */
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}

export interface Lockfile {
  /** Path below the root, `node_modules/zod`, → package; the root itself is "". */
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** One package of the lockfile. */
export interface Locked extends LockedPackage {
  readonly path: string;
  readonly name: string;
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

/** Every package but our own. */
export function packagesOf({ packages }: Lockfile): Locked[] {
  return Object.entries(packages).flatMap(([path, locked]) =>
    path === "" ? [] : [{ ...locked, path, name: nameOf(path) }],
  );
}

/** Whether it is there for more than development. */
export const isProduction = ({ dev }: LockedPackage): boolean => dev !== true;

/** Whether it is part of the Worker: neither a tool nor something that a platform may go without. */
export const isInWorker = (locked: LockedPackage): boolean =>
  isProduction(locked) && locked.optional !== true && locked.devOptional !== true;

const exact = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

/** Every direct dependency is pinned to one version. */
export function unpinned(manifest: Manifest): Violation[] {
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  return Object.entries({ dependencies, devDependencies, optionalDependencies }).flatMap(([key, versions]) =>
    Object.entries(versions ?? {})
      .filter(([, version]) => !exact.test(version))
      .map(([name, version]) => ({
        what: `package.json / ${key} / ${name}: "${version}" is not one version`,
        mend: "Write the version that the lockfile has, and run npm install",
      })),
  );
}

// The form of an archive's address at every npm registry: https://host/name/-/name-1.2.3.tgz
const archive = /^https:\/\/[^/]+\/.+\/-\/[^/]+\.tgz$/;

/** Every package comes from the registry, and its bytes are known. */
export function unverified(lockfile: Lockfile): Violation[] {
  return packagesOf(lockfile).flatMap(({ path, link, resolved, integrity, inBundle }) => {
    if (link === true || (resolved !== undefined && !archive.test(resolved))) {
      return [
        {
          what: `package-lock.json / ${path}: it does not come from the registry`,
          mend: "Use a published version of the package",
        },
      ];
    }
    // https://w3c.github.io/webappsec-subresource-integrity/: of several hashes the strongest counts.
    if (inBundle === true || /(?:^|\s)sha512-[A-Za-z0-9+/]{86}==(?:\s|$)/.test(integrity ?? "")) return [];
    return [
      {
        what: `package-lock.json / ${path}: it has no sha512 hash`,
        mend: "Delete its entry and run npm install, so that npm writes it anew",
      },
    ];
  });
}

export const mostInWorker = 3;

/** The Worker has few authors. */
export function tooMany(lockfile: Lockfile): Violation[] {
  const names = packagesOf(lockfile).filter(isInWorker);
  if (names.length <= mostInWorker) return [];
  return [
    {
      what: `package-lock.json: the Worker has ${names.length} packages of others, and the limit is ${mostInWorker}: ${names.map(({ name }) => name).join(", ")}`,
      mend: "Do without one of them, or record in docs/decisions why not and raise the limit",
    },
  ];
}

/**
 * Packages that may have install scripts which this lockfile does not show: npm learns of a script when it unpacks the
 * package, and these are unpacked on other systems than the one that wrote the lockfile.
 */
export const unpackedElsewhere: ReadonlyMap<string, string> = new Map([
  ["fsevents", "macOS only; has a binding.gyp, for which npm may run node-gyp; a built binary comes with it"],
]);

/** Names of the packages whose install scripts somebody has to decide about. */
export function withScripts(lockfile: Lockfile): string[] {
  const names = packagesOf(lockfile)
    .filter(({ name, hasInstallScript }) => hasInstallScript === true || unpackedElsewhere.has(name))
    .map(({ name }) => name);
  return [...new Set(names)].toSorted();
}

/** Every package with an install script is allowed or denied by its name in `allowScripts`, and nothing else is. */
export function undecidedScripts(manifest: Manifest, lockfile: Lockfile): Violation[] {
  const { allowScripts = {} } = manifest;
  const names = withScripts(lockfile);
  const undecided = names
    .filter((name) => typeof allowScripts[name] !== "boolean")
    .map((name) => ({
      what: `package.json / allowScripts: nobody has decided about the install scripts of ${name}`,
      mend: `Read them, then write "${name}": true or "${name}": false`,
    }));
  const needless = Object.keys(allowScripts)
    .filter((name) => !names.includes(name))
    .map((name) => ({
      what: `package.json / allowScripts: ${name} is not a package with install scripts`,
      mend: "Take it out",
    }));
  return [...undecided, ...needless];
}
