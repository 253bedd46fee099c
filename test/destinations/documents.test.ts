import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { destinationOf } from "../config/ask.ts";
import { axiomFixture } from "./axiom.fixture.ts";
import { exampleEvent } from "./exchange.ts";
import { splunkHecFixture } from "./splunk-hec.fixture.ts";
import { sumoLogicFixture } from "./sumo-logic.fixture.ts";

/** The example under "What arrives" is what the code makes of its record, with the secret of "Set it up". */

const rawOf = new Map([
  ["axiom", axiomFixture.rawOf],
  ["splunk-hec", splunkHecFixture.rawOf],
  ["sumo-logic", sumoLogicFixture.rawOf],
]);

const batch = { tenant: "acme", dataset: "audit-events" };

describe.each([...rawOf])("docs/destinations/%s.md", (type, read) => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/destinations", `${type}.md`), "utf8");
  const [secret = "", example = ""] = [...text.matchAll(/^```json\n(.*?)\n```$/gmsu)].map(([, block = ""]) => block);

  it("shows what arrives", () => {
    const { destination } = destinationOf(JSON.parse(secret.replaceAll("…", "x")) as object);
    const { open, close } = destination.frame;
    const [raw = ""] = read(open + example + close);
    expect(raw).toBe(exampleEvent);
    expect(destination.encode({ raw }, batch)).toBe(example);
    expect(text).toContain(`POST ${destination.request({ ...batch, id: "b-1" }).url.replace(/x$/u, "…")}`);
  });
});
