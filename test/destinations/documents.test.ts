import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { destinationTypes } from "../../src/destinations/registry.ts";
import { destinationOf } from "../config/ask.ts";
import { batch, exampleEvent } from "./exchange.ts";

/** Each type has a page; the example under "What arrives" is what the code makes of its record, with the secret of "Set it up". */

const pageOf = (type: string): string =>
  readFileSync(join(import.meta.dirname, "../../docs/destinations", `${type}.md`), "utf8");

/** What stands for a credential in a page, made into one that is taken. */
const filled = (secret: string): object =>
  JSON.parse(
    secret.replaceAll("whsec_…", `whsec_${Buffer.alloc(32, 1).toString("base64")}`).replaceAll("…", "x"),
  ) as object;

describe.each([...destinationTypes.keys()])("docs/destinations/%s.md", (type) => {
  const text = pageOf(type);
  const [secret = ""] = [...text.matchAll(/^```json\n(.*?)\n```$/gmsu)].map(([, block = ""]) => block);
  const section = (title: string): string => text.split(/^## /mu).find((part) => part.startsWith(title)) ?? "";

  it("tells how to set it up in three steps, with a secret that the forwarder takes", () => {
    expect(section("Set it up").match(/^\d\. /gmu)).toEqual(["1. ", "2. ", "3. "]);
    expect(destinationOf(filled(secret)).type).toBe(type);
  });

  it("shows what arrives, from where it is sent", () => {
    const { destination } = destinationOf(filled(secret));
    const example = destination.encode({ raw: exampleEvent }, batch);
    expect(section("What arrives")).toContain(`\n${example}\n`);
    expect(section("What arrives")).toContain(new URL(destination.request(batch).url).pathname.replace(/\/x$/u, "/…"));
  });

  it.each(["See it", "What answers mean", "Limits"])('says "%s"', (title) => {
    expect(section(title)).not.toBe("");
  });

  it("says what the vendor loses without a word, and what guards against it", () => {
    expect(text).toMatch(/^## What .* loses without a word, and the guard$/mu);
  });
});
