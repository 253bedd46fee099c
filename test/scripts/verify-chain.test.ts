import { spawnSync } from "node:child_process";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CannotCheck } from "../../scripts/verify-chain/cannot-check.ts";
import { beginning, ChainKey } from "../../src/spool/chain-entry.ts";
import { behind, chainKey, folderWith, manifestFor, momentOf, verify } from "./archive.ts";
import type { ManifestFile } from "./manifest-file.ts";

/** Each line is like no other. */
const line = (batch: number, index: number): string => `{"id":"${batch}-${index}","action":"update"}`;
const batchOf = (batch: number, records: number): string[] =>
  Array.from({ length: records }, (_, index) => line(batch, index + 1));
const batchesOf = (...sizes: readonly number[]): string[][] => sizes.map((size, index) => batchOf(index + 1, size));

const sizes = [3, 5, 1, 4, 2];
const batches = batchesOf(...sizes);
const lines = batches.flat();
const manifest = manifestFor(batches);
const chain = manifest.manifests[0]!;

/** A copy of the manifest with another chain in it. */
const withChain = (change: Partial<ManifestFile["manifests"][number]>, file = manifest): ManifestFile => ({
  ...file,
  manifests: [{ ...file.manifests[0]!, ...change }],
});
const without = <T>(items: readonly T[], index: number): T[] => items.filter((_, at) => at !== index);
const put = <T>(items: readonly T[], index: number, item: T): T[] => [
  ...items.slice(0, index),
  item,
  ...items.slice(index),
];
const replaced = <T>(items: readonly T[], index: number, item: T): T[] => items.with(index, item);

async function expectWrong(files: Parameters<typeof verify>[0], ...words: readonly string[]): Promise<void> {
  const { text, isWell } = await verify(files);
  expect(isWell, text).toBe(false);
  expect(text).toContain("\nWRONG: ");
  for (const word of words) expect(text).toContain(word);
}

describe("an archive that holds what was delivered", () => {
  test("is well, and the account says how much that is", async () => {
    const { text, isWell } = await verify({ "m.json": manifest, "a.ndjson": lines });
    expect(isWell).toBe(true);
    expect(text).toBe(
      [
        `Chain    acme → siem (9f3a1b2c-tecm9o): batches 1 to 5, accepted ${momentOf(0)} to ${momentOf(4)}`,
        "Archive  1 file, 15 lines",
        "Batches  5 in the chain: 5 found, 0 changed, 0 missing; 0 repeated",
        "",
        "OK: 5 batches found, nothing missing, nothing changed, nothing inserted; 5 links hold.",
      ].join("\n"),
    );
  });

  test("is well over several files, also where a batch begins in one and ends in the next", async () => {
    for (let cut = 0; cut <= lines.length; cut += 1) {
      const files = { "a.ndjson": lines.slice(0, cut), "m.json": manifest, "b.ndjson": lines.slice(cut) };
      expect(await verify(files)).toMatchObject({ isWell: true });
    }
  });

  test("is well without a line feed at the end of a file, and with the manifest set anew by another program", async () => {
    const files = { "m.json": JSON.stringify(manifest, null, 2), "a.ndjson": lines.join("\n") };
    expect(await verify(files)).toMatchObject({ isWell: true });
  });

  test("is well with its batches in any order, and with batches that came twice", async () => {
    const shuffled = [batches[3]!, batches[0]!, batches[2]!, batches[4]!, batches[0]!, batches[1]!, batches[2]!];
    const { text, isWell } = await verify({ "m.json": manifest, "a.ndjson": shuffled.flat() });
    expect(isWell, text).toBe(true);
    expect(text).toContain("5 found, 0 changed, 0 missing; 2 repeated");
  });

  test("is well with records of verifications between its batches", async () => {
    const record =
      '{"id":"kandji-forwarder-test-1777622400000","kandji_forwarder_test":true,"message":"Test record of kandji-forwarder; it can be ignored","tenant":"acme","occurred_at":"2026-05-01T08:00:00.000Z"}';
    const all = [record, ...batches[0]!, record, record, ...batches.slice(1).flat()];
    const { text, isWell } = await verify({ "m.json": manifest, "a.ndjson": all });
    expect(isWell, text).toBe(true);
    expect(text).toContain("18 lines, 3 records of verifications among them");
    const more = record.replace("ignored", "ignored, but this must not");
    await expectWrong(
      { "m.json": manifest, "a.ndjson": [...lines, more] },
      "1 line belongs to no batch",
      "a.ndjson:16",
    );
  });

  test("is well when the same records were delivered again in batches of other sizes", async () => {
    const [head, tail, single] = [lines.slice(0, 7), lines.slice(7), lines.slice(0, 1)];
    const all = manifestFor([...batches, head, tail, single]);
    for (const order of [
      [...batches, head, tail, single],
      [head, tail, single, ...batches],
      // What is left of a batch must not be taken for a smaller one.
      [tail, head, ...batches, single],
      [single, tail, ...batches, head],
    ]) {
      const { text, isWell } = await verify({ "m.json": all, "a.ndjson": order.flat() });
      expect(isWell, text).toBe(true);
    }
  });

  test("of several tenants is well with the manifests of all of them", async () => {
    const beta = batchesOf(2, 6).map((batch) => batch.map((one) => one.replace("id", "beta")));
    const all = [...batches[0]!, ...beta[0]!, ...batches.slice(1).flat(), ...beta[1]!];
    const other = manifestFor(beta, { tenant: "beta" });
    const { text, isWell } = await verify({ "m.json": manifest, "b.json": other, "a.ndjson": all });
    expect(isWell, text).toBe(true);
    expect(text).toContain("7 links hold");
    await expectWrong(
      { "m.json": manifest, "a.ndjson": all },
      "8 lines belong to no batch",
      "a.ndjson:4-5",
      "a.ndjson:18-23",
    );
  });
});

describe("what was done to an archive is found, and where", () => {
  test("a whole batch is gone", async () => {
    await expectWrong(
      { "m.json": manifest, "a.ndjson": without(batches, 3).flat() },
      "1 batch is missing",
      `MISSING  batch 4 of acme (batch-4), 4 records, accepted ${momentOf(3)}`,
    );
  });

  test("the end is cut off", async () => {
    await expectWrong({ "m.json": manifest, "a.ndjson": lines.slice(0, -2) }, "1 batch is missing", "batch 5 of acme");
    await expectWrong(
      { "m.json": manifest, "a.ndjson": lines.slice(0, -1) },
      "1 batch is changed",
      "1 line fewer: a.ndjson:14",
    );
  });

  test("one record is gone from each place in turn", async () => {
    for (const [at, gone] of lines.entries()) {
      const batch = Number(/"(\d+)-/.exec(gone)?.[1]);
      const rest = without(lines, at);
      await expectWrong({ "m.json": manifest, "a.ndjson": rest }, `batch ${batch} of acme`);
    }
  });

  test("one character is changed in each record in turn", async () => {
    for (const [at, old] of lines.entries()) {
      const batch = Number(/"(\d+)-/.exec(old)?.[1]);
      const changed = replaced(lines, at, old.replace("update", "updatE"));
      await expectWrong({ "m.json": manifest, "a.ndjson": changed }, "1 batch is changed", `batch ${batch} of acme`);
    }
  });

  test("one record is put in at each place in turn", async () => {
    const ends = new Set(sizes.map((_, index) => batches.slice(0, index + 1).flat().length));
    for (let at = 0; at <= lines.length; at += 1) {
      const place = `a.ndjson:${at + 1}`;
      const isBetween = at === 0 || ends.has(at);
      const words = isBetween
        ? ["1 line belongs to no batch", `UNKNOWN  ${place}`]
        : ["1 line more", `put in: ${place}`];
      await expectWrong({ "m.json": manifest, "a.ndjson": put(lines, at, '{"id":"forged"}') }, ...words);
    }
  });

  test("two records are swapped, in one batch or between two", async () => {
    const swapped = (a: number, b: number): string[] => lines.with(a, lines[b]!).with(b, lines[a]!);
    await expectWrong({ "m.json": manifest, "a.ndjson": swapped(4, 5) }, "CHANGED  batch 2", "a.ndjson:4-8");
    await expectWrong({ "m.json": manifest, "a.ndjson": swapped(2, 3) }, "CHANGED  batch 1", "CHANGED  batch 2");
  });

  test("a batch is gone and strangers stand in its place: fewer than half of its lines are not taken for it", async () => {
    const inPlaceOfFourth = (...strangers: readonly string[]): string[] => batches.with(3, [...strangers]).flat();
    const one = { "m.json": manifest, "a.ndjson": inPlaceOfFourth("{}") };
    await expectWrong(one, "1 batch is missing", "MISSING  batch 4", "UNKNOWN  a.ndjson:10");
    const two = { "m.json": manifest, "a.ndjson": inPlaceOfFourth("{}", "{}") };
    await expectWrong(two, "CHANGED  batch 4", "by its place, 2 lines fewer: a.ndjson:10-11");
  });

  test("a blank line, or the other kind of line break", async () => {
    await expectWrong({ "m.json": manifest, "a.ndjson": [...lines, ""] }, "UNKNOWN  a.ndjson:16");
    await expectWrong({ "m.json": manifest, "a.ndjson": lines.join("\r\n") }, "changed");
  });

  test("another archive altogether", async () => {
    await expectWrong({ "m.json": manifest, "a.ndjson": batchOf(9, 1) }, "4 batches are missing", "1 batch is changed");
    await expectWrong({ "m.json": manifest, "a.ndjson": "" }, "5 batches are missing");
  });

  test("many things at once: the first ten of a kind are named, the rest is counted", async () => {
    const many = batchesOf(...Array.from({ length: 25 }, () => 2));
    const { text } = await verify({ "m.json": manifestFor(many), "a.ndjson": many.slice(0, 12).flat() });
    expect(text.match(/^MISSING/gm)).toHaveLength(10);
    expect(text).toContain("… and 3 more");
    expect(text).toContain("WRONG: 13 batches are missing.");
  });

  test("no record is ever shown", async () => {
    const secret = '{"id":"forged","action":"nobody shall read this"}';
    const { text } = await verify({ "m.json": manifest, "a.ndjson": [secret, ...lines.slice(1)] });
    expect(text).not.toContain("nobody shall read this");
    expect(text).not.toContain("update");
    expect(text).not.toContain(chainKey);
  });
});

describe("what was done to a manifest is found", () => {
  const { entries, head } = chain;

  test("an entry is gone, with its batch", async () => {
    for (const [index] of entries.entries()) {
      const manifests = withChain({ entries: without(entries, index) });
      await expectWrong(
        { "m.json": manifests, "a.ndjson": without(batches, index).flat() },
        "a manifest is not as it was given",
      );
    }
  });

  test("an entry is edited, in any field", async () => {
    const edits: readonly Partial<(typeof entries)[number]>[] = [
      { dataset: "devices" },
      { stream: "history" },
      { id: "batch-9" },
      { at: momentOf(9) },
      { records: 9 },
      { digest: "0".repeat(64) },
      { first: "0".repeat(16) },
      { mac: "0".repeat(64) },
    ];
    for (const edit of edits) {
      const changed = withChain({ entries: replaced(entries, 1, { ...entries[1]!, ...edit }) });
      await expectWrong({ "m.json": changed, "a.ndjson": lines }, "broken, the first at batch 2");
    }
  });

  test("entries are reordered", async () => {
    const reordered = withChain({ entries: entries.with(1, entries[2]!).with(2, entries[1]!) });
    await expectWrong({ "m.json": reordered, "a.ndjson": lines }, "entry 2 is not where it belongs, 3 stands there");
    const renumbered = reordered.manifests[0]!.entries.map((entry, index) => ({ ...entry, seq: index + 1 }));
    await expectWrong({ "m.json": withChain({ entries: renumbered }), "a.ndjson": lines }, "links are broken");
  });

  test("a record is changed and its digest too, by somebody without the key", async () => {
    const forged = replaced(batches, 1, replaced(batches[1]!, 2, '{"id":"forged"}'));
    const guessed = manifestFor(forged, { key: new ChainKey("a key that somebody has guessed") });
    await expectWrong({ "m.json": guessed, "a.ndjson": forged.flat() }, "which was not given");
    const claimed = guessed.manifests[0]!.entries.map((entry) => ({ ...entry, key: entries[0]!.key }));
    await expectWrong(
      { "m.json": withChain({ entries: claimed }, guessed), "a.ndjson": forged.flat() },
      "5 links are broken",
    );
    const unkeyed = manifestFor(forged, { key: ChainKey.none });
    await expectWrong({ "m.json": unkeyed, "a.ndjson": forged.flat() }, "the last 5 links were made without a key");
    const spliced = withChain(
      { entries: [...entries.slice(0, 1), ...unkeyed.manifests[0]!.entries.slice(1)] },
      unkeyed,
    );
    await expectWrong({ "m.json": spliced, "a.ndjson": forged.flat() }, "the first at batch 2");
  });

  test("the end is cut off, with its batches: by a head that was noted down, or an earlier manifest", async () => {
    const short = withChain({ entries: entries.slice(0, 3), head: { seq: 3, mac: entries[2]!.mac } });
    const archive = batches.slice(0, 3).flat();
    expect(await verify({ "m.json": short, "a.ndjson": archive })).toMatchObject({ isWell: true });
    const noted = { args: ["--head", `${head.seq}:${head.mac}`] };
    const { text, isWell } = await verify({ "m.json": short, "a.ndjson": archive }, noted);
    expect([isWell, text.includes("the head that was noted down is not in the chain")]).toEqual([false, true]);
    expect(await verify({ "m.json": manifest, "a.ndjson": lines }, noted)).toMatchObject({ isWell: true });
    const later = { ...short, at: momentOf(99) };
    const words = [
      "m.json: it ends with entry 3, and old.json, given earlier, has 5: the end was cut off",
      "2 batches are missing",
    ];
    await expectWrong({ "m.json": later, "old.json": manifest, "a.ndjson": archive }, ...words);
  });

  test("the head is another one", async () => {
    const other = withChain({ head: { seq: 5, mac: "0".repeat(64) } });
    await expectWrong({ "m.json": other, "a.ndjson": lines }, "a manifest is not as it was given");
  });

  test("the beginning is another one", async () => {
    const other = withChain({ before: { seq: 0, mac: "1".repeat(64) } });
    await expectWrong(
      { "m.json": other, "a.ndjson": lines },
      "entry 1 is not linked to the beginning",
      "the first at batch 1",
    );
  });

  test("the chain of another destination or tenant is given out as this one", async () => {
    const files = { "a.ndjson": lines };
    await expectWrong({ ...files, "m.json": withChain({ destination: "archive" }) }, "5 links are broken");
    await expectWrong({ ...files, "m.json": { ...manifest, tenant: "beta" } }, "5 links are broken");
  });
});

describe("keys", () => {
  const other = "another-chain-key-that-came-later";

  test("may have changed: the older one is given too", async () => {
    const before = { key: new ChainKey(chainKey) };
    const half = manifestFor(batches, before).manifests[0]!.entries.slice(0, 2);
    const later = new ChainKey(other);
    const entries = [...half];
    for (const { mac: _, ...old } of chain.entries.slice(2)) {
      const entry = { ...old, key: later.id };
      const name = { tenant: "acme", destination: "siem", generation: chain.generation! };
      entries.push({ ...entry, mac: later.link(name, entries.at(-1)!.mac, entry) });
    }
    const file = withChain({ entries, head: { seq: 5, mac: entries.at(-1)!.mac } });
    const files = { "m.json": file, "a.ndjson": lines };
    expect(await verify(files, { env: { CHAIN_KEY: `${other},${chainKey}` } })).toMatchObject({ isWell: true });
    const { text, isWell } = await verify(files, { env: { CHAIN_KEY: other } });
    expect([isWell, text.includes(`2 links were made with key ${before.key.id}, which was not given`)]).toEqual([
      false,
      true,
    ]);
  });

  test("made from the admin token are found by the token", async () => {
    const token = "admin-0123456789abcdef-admin";
    const files = { "m.json": manifestFor(batches, { key: ChainKey.derivedFrom(token) }), "a.ndjson": lines };
    expect(await verify(files, { env: { ADMIN_TOKEN: `${token}\n` } })).toMatchObject({ isWell: true });
    expect(await verify(files, { env: { CHAIN_KEY: token } })).toMatchObject({ isWell: false });
  });

  test("with a comma in it are tried whole too", async () => {
    const key = "a-key,with-a-comma-in-the-middle";
    const files = { "m.json": manifestFor(batches, { key: new ChainKey(key) }), "a.ndjson": lines };
    expect(await verify(files, { env: { CHAIN_KEY: key } })).toMatchObject({ isWell: true });
  });

  test("that are not given leave the links unchecked, which is said aloud; the records are checked all the same", async () => {
    const { text, isWell } = await verify({ "m.json": manifest, "a.ndjson": lines }, { env: {} });
    expect([isWell, text.includes("LINKS NOT CHECKED: put the key into CHAIN_KEY or ADMIN_TOKEN")]).toEqual([
      true,
      true,
    ]);
    const changed = replaced(lines, 3, "{}");
    expect(await verify({ "m.json": manifest, "a.ndjson": changed }, { env: {} })).toMatchObject({ isWell: false });
  });

  test("that never were: the links are checked, and it is said aloud that everybody can make such", async () => {
    const file = manifestFor(batches, { key: ChainKey.none });
    const { text, isWell } = await verify({ "m.json": file, "a.ndjson": lines }, { env: {} });
    expect([isWell, text.includes("LINKS MADE WITHOUT A KEY")]).toEqual([true, true]);
    const { entries } = file.manifests[0]!;
    const edited = withChain({ entries: replaced(entries, 2, { ...entries[2]!, id: "other" }) }, file);
    expect(await verify({ "m.json": edited, "a.ndjson": lines }, { env: {} })).toMatchObject({ isWell: false });
  });
});

describe("several manifests of a chain", () => {
  test("that join or overlap are joined", async () => {
    const first = withChain({ entries: chain.entries.slice(0, 3), head: { seq: 3, mac: chain.entries[2]!.mac } });
    for (const after of [1, 2, 3])
      expect(
        await verify({ "2.json": behind(manifest, after), "1.json": { ...first, at: momentOf(3) }, "a.ndjson": lines }),
      ).toMatchObject({ isWell: true });
  });

  test("with a gap between them cannot be checked, and the gap is named", async () => {
    const first = withChain({ entries: chain.entries.slice(0, 2), head: { seq: 2, mac: chain.entries[1]!.mac } });
    await expect(verify({ "1.json": first, "2.json": behind(manifest, 3), "a.ndjson": lines })).rejects.toThrow(
      /entries 3 to 3 are in no manifest, .*2\.json begins behind them\. Add a manifest that has them: …\/tenants\/acme\/chain\?after=2/,
    );
  });

  test("that contradict each other are wrong", async () => {
    const forged = manifestFor(replaced(batches, 2, batchOf(9, 1)));
    const files = { "1.json": manifest, "2.json": forged, "a.ndjson": lines };
    await expectWrong(files, "2.json: entry 3 differs from that in another manifest");
    await expectWrong(
      { ...files, "2.json": behind(forged, 3) },
      "2.json: it does not continue entry 3 of the manifest before it",
    );
  });

  test("one that begins later is checked from there", async () => {
    const { text, isWell } = await verify({ "m.json": behind(manifest, 2), "a.ndjson": batches.slice(2).flat() });
    expect([isWell, text.includes("batches 3 to 5")]).toEqual([true, true]);
  });

  test("of two lives of a destination are two chains", async () => {
    const second = batchesOf(2, 2).map((batch) => batch.map((one) => one.replace("id", "second")));
    const files = {
      "1.json": manifest,
      "2.json": manifestFor(second, { generation: "9f3a1b2c-zzzzzz" }),
      "a.ndjson": [...lines, ...second.flat()],
    };
    expect(await verify(files)).toMatchObject({ isWell: true });
  });
});

describe("the destination", () => {
  const archive = { destination: "archive" };
  const other = manifestFor(
    batches.map((batch) => batch.map((one) => `[${one}]`)),
    archive,
  );
  const two: ManifestFile = { ...manifest, manifests: [chain, ...other.manifests] };

  test("is the one that fits", async () => {
    const { text, isWell } = await verify({ "m.json": two, "a.ndjson": lines.map((one) => `[${one}]`) });
    expect(isWell, text).toBe(true);
    expect(text).toContain("acme → archive");
    expect(text).not.toContain("acme → siem");
  });

  test("is the one that fits also where both had the same records, in batches of other sizes", async () => {
    const large = [lines.slice(0, 6), lines.slice(6)];
    const both = { ...manifest, manifests: [chain, ...manifestFor(large, archive).manifests] };
    const told = [...lines, ...batches[2]!];
    expect((await verify({ "m.json": both, "a.ndjson": told })).text).toContain("acme → siem");
    expect((await verify({ "m.json": both, "a.ndjson": [...lines, ...large[1]!] })).text).toContain("acme → archive");
    // One of them is damaged: it is that one all the same.
    expect((await verify({ "m.json": both, "a.ndjson": without(told, 0) })).text).toContain("acme → siem");
  });

  test("may be named, and then counts", async () => {
    const files = { "m.json": two, "a.ndjson": lines };
    expect(await verify(files, { args: ["--destination", "siem"] })).toMatchObject({ isWell: true });
    expect(await verify(files, { args: ["--destination", "archive"] })).toMatchObject({ isWell: false });
    await expect(verify(files, { args: ["--destination", "sIEM"] })).rejects.toThrow("Name one of siem, archive");
  });

  test("must be named where nothing tells which it is", async () => {
    await expect(verify({ "m.json": two, "a.ndjson": ["{}"] })).rejects.toThrow("--destination siem or archive");
  });

  test("to which nothing was delivered has nothing in its archive", async () => {
    const empty = withChain({ generation: null, entries: [], head: beginning });
    expect(await verify({ "m.json": empty, "a.ndjson": "" })).toMatchObject({ isWell: true });
    await expectWrong({ "m.json": empty, "a.ndjson": lines }, "15 lines belong to no batch");
  });
});

describe("a part of the time", () => {
  test("batches from outside of it need not be there, those on its ends must, and their lines are known", async () => {
    const within = { args: ["--since", momentOf(1), "--until", momentOf(3)] };
    const { text, isWell } = await verify({ "m.json": manifest, "a.ndjson": batches.slice(1, 4).flat() }, within);
    expect([isWell, text.includes("0 missing, 2 not asked about")]).toEqual([true, true]);
    expect(await verify({ "m.json": manifest, "a.ndjson": lines }, within)).toMatchObject({ isWell: true });
    for (const gone of [1, 3])
      expect(await verify({ "m.json": manifest, "a.ndjson": without(batches, gone).flat() }, within)).toMatchObject({
        isWell: false,
      });
  });

  test.each(["yesterday", "2026-05-01", "2026-05-01T08:30", "2026-13-01T08:30:00Z"])("%s is no time", async (time) => {
    const asked = verify({ "m.json": manifest, "a.ndjson": lines }, { args: ["--since", time] });
    await expect(asked).rejects.toThrow("--since is not a time: write it like 2026-05-01T08:30:00Z");
  });
});

describe("what cannot be checked", () => {
  const cases: readonly [string, Parameters<typeof verify>[0], string][] = [
    ["no manifest", { "a.ndjson": lines }, "no manifest is among"],
    ["no archive", { "m.json": manifest }, "no archive was named"],
    [
      "a refusal that was saved as a manifest",
      { "m.json": '{"error":{"what":"no"}}', "a.ndjson": lines },
      "no manifest is among",
    ],
    [
      "a manifest that broke off",
      { "m.json": JSON.stringify(manifest).slice(0, -9), "a.ndjson": lines },
      "it is not whole JSON",
    ],
    [
      "a manifest of a later format",
      { "m.json": JSON.stringify(manifest).replace("chain/1", "chain/2"), "a.ndjson": lines },
      "format is not what kandji-forwarder-chain/1 has there",
    ],
    [
      "an entry that is none",
      { "m.json": withChain({ entries: [{ ...chain.entries[0]!, records: 0 }] }), "a.ndjson": lines },
      "manifests.0.entries.0.records is not what",
    ],
  ];
  test.each(cases)("%s", async (_, files, words) => {
    await expect(verify(files)).rejects.toThrow(CannotCheck);
    await expect(verify(files)).rejects.toThrow(words);
  });

  test("a file that is not there, and a folder", async () => {
    const folder = folderWith({ "m.json": manifest });
    for (const [name, code] of [
      ["nothing.ndjson", "ENOENT"],
      ["", "EISDIR"],
    ] as const) {
      const asked = run([join(folder, "m.json"), join(folder, name)]);
      expect(asked).toMatchObject({ status: 2, stderr: expect.stringContaining(`: ${code}. `) });
    }
  });
});

function run(args: readonly string[], input = "", env: Readonly<Record<string, string>> = { CHAIN_KEY: chainKey }) {
  const script = join(import.meta.dirname, "../../scripts/verify-chain.ts");
  return spawnSync(process.execPath, [script, ...args], { encoding: "utf8", input, env: { PATH: "", ...env } });
}

describe("as a program", () => {
  const inFolder = (archive: readonly string[]): string[] => {
    const folder = folderWith({ "m.json": manifest, "a.ndjson": archive });
    return [join(folder, "m.json"), join(folder, "a.ndjson")];
  };

  test("it leaves with 0 when all is well, 1 when something is wrong, 2 when it cannot check", () => {
    expect(run(inFolder(lines))).toMatchObject({
      status: 0,
      stderr: "",
      stdout: expect.stringContaining("OK: 5 batches"),
    });
    expect(run(inFolder(lines.slice(1)))).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("WRONG: 1 batch is changed"),
    });
    expect(run([])).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("npm run verify-chain --"),
    });
    expect(run(["--deestination", "siem"])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--deestination"),
    });
    expect(run(["--help"])).toMatchObject({ status: 0, stdout: expect.stringContaining("Exit code: 0 all is well") });
  });

  test("it reads an archive from standard input", () => {
    const [file = ""] = inFolder([]);
    expect(run([file, "-"], lines.join("\n"))).toMatchObject({ status: 0 });
    expect(run([file, "-"], put(lines, 4, "{}").join("\n"))).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("-:4-9"),
    });
  });
});

describe("any archive, tampered with anywhere", () => {
  const anyBatches = fc
    .array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 12 })
    .map((counts) => batchesOf(...counts));
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const at = (part: number, length: number): number => Math.floor(part * length);

  test("is found to be wrong, and the batch is named", async () => {
    const anyTampering = fc.tuple(
      anyBatches,
      fc.constantFrom("remove", "change", "insert", "swap", "drop"),
      place,
      place,
    );
    await fc.assert(
      fc.asyncProperty(anyTampering, async ([delivered, deed, one, other]) => {
        const all = delivered.flat();
        const [a, b] = [at(one, all.length), at(other, all.length)];
        const batchAt = (index: number): number => Number(/"(\d+)-/.exec(all[index]!)?.[1]);
        const sizeAt = (index: number): number => delivered[batchAt(index) - 1]!.length;
        // Batches may stand in any order, so two of one record each may change places.
        fc.pre(deed !== "swap" || (a !== b && sizeAt(a) + sizeAt(b) > 2));
        const tampered: Readonly<Record<typeof deed, string[]>> = {
          remove: without(all, a),
          change: replaced(all, a, all[a]!.replace("update", `update${b}`)),
          insert: put(all, a, `{"forged":${b}}`),
          swap: all.with(a, all[b]!).with(b, all[a]!),
          drop: without(delivered, batchAt(a) - 1).flat(),
        };
        const { text, isWell } = await verify({ "m.json": manifestFor(delivered), "a.ndjson": tampered[deed] });
        expect(isWell, text).toBe(false);
        // A batch of one record that was swapped away is still whole; the other is not.
        const named = deed === "swap" && sizeAt(a) === 1 ? batchAt(b) : batchAt(a);
        expect(text).toContain(deed === "insert" ? `a.ndjson:${a + 1}` : `batch ${named} of acme`);
      }),
      { numRuns: 300 },
    );
  });

  test("is well in any order of batches, with any of them repeated, cut into any files", async () => {
    const anyOrder = fc.tuple(anyBatches, fc.array(place, { maxLength: 6 }), fc.integer(), place);
    await fc.assert(
      fc.asyncProperty(anyOrder, async ([delivered, again, seed, cut]) => {
        const repeated = [...delivered, ...again.map((part) => delivered[at(part, delivered.length)]!)];
        const order = repeated.map((batch, index) => ({ batch, rank: Math.imul(seed + index, 0x9e3779b1) >>> 0 }));
        const all = order.toSorted((x, y) => x.rank - y.rank).flatMap(({ batch }) => batch);
        const middle = at(cut, all.length);
        const files = {
          "m.json": manifestFor(delivered),
          "a.ndjson": all.slice(0, middle),
          "b.ndjson": all.slice(middle),
        };
        const { text, isWell } = await verify(files);
        expect(isWell, text).toBe(true);
        expect(text).toContain(`0 missing; ${again.length} repeated`);
      }),
      { numRuns: 200 },
    );
  });
});
