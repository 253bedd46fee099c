import { filesBelow, textOf } from "./tree.ts";

/** What is reported under its own name. */
const kinds = [
  ["src/kandji/failure.ts", "FailureKind"],
  ["src/collection/walk.ts", "Oddity"],
  ["src/collection/listing/walk-state.ts", "WalkOddity"],
] as const;

/** The members of a union of texts. */
function membersOf(path: string, type: string): string[] {
  const [, union = ""] = new RegExp(`^export type ${type} =([^;]*);`, "mu").exec(textOf(path)) ?? [];
  return [...union.matchAll(/"([a-z-]+)"/g)].map(([, member = ""]) => member);
}

/** Every code that a problem may have, as the sources write them. */
export function problemCodes(): string[] {
  const texts = filesBelow("src").map(textOf);
  // A hyphen tells our codes from zod's.
  const written = texts.flatMap((text) =>
    [...text.matchAll(/\bcode:\s*"([a-z]+(?:-[a-z]+)+)"/g)].map(([, code = ""]) => code),
  );
  const named = texts.flatMap((text) =>
    [
      ...text.matchAll(
        /(?:const cronSilent = |unavailable: |"locked-out": |"refuses-everything": )"([a-z]+(?:-[a-z]+)+)"/g,
      ),
    ].map(([, code = ""]) => code),
  );
  return [...new Set([...written, ...named, ...kinds.flatMap(([path, type]) => membersOf(path, type))])].toSorted();
}
