import { describe, expect, it } from "vitest";
import { beginning } from "../../src/spool/chain-entry.ts";
import type { ChainPage, TenantOperations } from "../../src/tenant/report.ts";
import type { Gateway } from "../../src/web/gateway.ts";
import { asking } from "./asking.ts";
import { aConfig, aFleet, aGateway, aReport, broken, now, operations } from "./sample.ts";

const macOf = (seq: number): string => String(seq).padStart(64, "0");
const headAt = (seq: number) => (seq === 0 ? beginning : { seq, mac: macOf(seq) });
const entry = (seq: number) => ({ seq, id: `batch-${seq}`, mac: macOf(seq) });

/** A tenant whose chains are as long as is said, in pages of two; `asked` is what its object was asked for. */
function chained(
  lengths: Readonly<Record<string, number>>,
  change: Partial<TenantOperations> = {},
  more: Partial<Gateway> = {},
) {
  const asked: string[] = [];
  const page = (destination: string, after: number): ChainPage => {
    asked.push(`${destination} ${after}`);
    const length = lengths[destination] ?? 0;
    const from = Math.min(after, length);
    const to = Math.min(from + 2, length);
    const entries = Array.from({ length: to - from }, (_, index) => JSON.stringify(entry(from + index + 1)));
    const generation = length === 0 ? null : "9f3a1b2c-tecm9o";
    return { generation, before: headAt(from), entries: entries.join(","), head: headAt(to), hasMore: to < length };
  };
  const object: TenantOperations = {
    ...operations([], "acme", async () => aReport(), [], { ok: true, checks: [] }),
    chains: async () =>
      Object.entries(lengths).map(([destination, seq]) => ({ destination, generation: null, head: headAt(seq) })),
    chainPage: async (destination, after) => page(destination, after),
    ...change,
  };
  return { ask: asking(aGateway({ tenant: () => object, ...more })), asked };
}

describe("GET /tenants/:tenant/chain", () => {
  it("gives the chains of all destinations, page by page, as one answer", async () => {
    const { ask, asked } = chained({ archive: 5, siem: 2, fresh: 0 });
    const response = await ask("/tenants/acme/chain", { as: "viewer" });
    expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "application/json"]);
    expect(await response.json()).toEqual({
      format: "kandji-forwarder-chain/1",
      tenant: "acme",
      at: new Date(now).toISOString(),
      manifests: [
        {
          destination: "archive",
          generation: "9f3a1b2c-tecm9o",
          before: beginning,
          entries: [1, 2, 3, 4, 5].map(entry),
          head: headAt(5),
        },
        {
          destination: "siem",
          generation: "9f3a1b2c-tecm9o",
          before: beginning,
          entries: [1, 2].map(entry),
          head: headAt(2),
        },
        { destination: "fresh", generation: null, before: beginning, entries: [], head: beginning },
      ],
    });
    expect(asked).toEqual(["archive 0", "archive 2", "archive 4", "siem 0", "fresh 0"]);
  });

  it("says first that it is a manifest, and has each entry on a line of its own", async () => {
    const text = await (await chained({ siem: 3 }).ask("/tenants/acme/chain")).text();
    expect(text.startsWith('{"format":"kandji-forwarder-chain/1",')).toBe(true);
    expect(text.split("\n").filter((line) => line.startsWith('{"seq":'))).toHaveLength(3);
  });

  it.each([
    ["?after=3", [4, 5]],
    ["?after=5", []],
    ["?after=6&destination=archive", []],
    ["?destination=archive", [1, 2, 3, 4, 5]],
  ])("%s gives the entries behind it", async (query, seqs) => {
    const response = await chained({ archive: 5 }).ask(`/tenants/acme/chain${query}`);
    const { manifests } = (await response.json()) as {
      manifests: { before: object; entries: object[]; head: object }[];
    };
    expect(manifests).toMatchObject([{ before: headAt(5 - seqs.length), entries: seqs.map(entry), head: headAt(5) }]);
  });

  it("gives one destination where one is named", async () => {
    const { ask, asked } = chained({ archive: 5, siem: 2 });
    const { manifests } = (await (await ask("/tenants/acme/chain?destination=siem")).json()) as { manifests: object[] };
    expect(manifests).toMatchObject([{ destination: "siem" }]);
    expect(asked).toEqual(["siem 0"]);
  });

  it.each([
    ["?after=", "query"],
    ["?after=-1", "query"],
    ["?after=1.5", "query"],
    ["?after=1e3", "query"],
    ["?after=1000000000000000", "query"],
    ["?after=x", "query"],
    ["?after=1&after=2", "query"],
    ["?afer=1", "query"],
    ["?destination=sIEM", "query / destination"],
    ["?destination=", "query / destination"],
  ])("%s is refused, with the mend", async (query, where) => {
    const { ask, asked } = chained({ siem: 5 });
    const response = await ask(`/tenants/acme/chain${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: { what: expect.stringContaining("Cannot accept the query"), where, mend: expect.any(String) },
    });
    expect(asked).toEqual([]);
  });

  it("names the destinations that there are", async () => {
    const mendOf = async (lengths: Record<string, number>): Promise<unknown> =>
      (await chained(lengths).ask("/tenants/acme/chain?destination=nobody")).json();
    expect(await mendOf({ archive: 1, siem: 1 })).toMatchObject({ error: { mend: 'Use one of "archive", "siem"' } });
    expect(await mendOf({})).toMatchObject({ error: { mend: "This tenant has no destination yet" } });
  });

  it("is 404 for an unknown tenant, 401 for nobody, 405 for another method", async () => {
    const { ask } = chained({ siem: 1 });
    expect((await ask("/tenants/nobody/chain")).status).toBe(404);
    expect((await ask("/tenants/acme/chain", { as: "nobody" })).status).toBe(401);
    expect((await ask("/tenants/acme/chain", { method: "POST" })).status).toBe(405);
  });

  it("has no manifest for a tenant that never ran and whose secret does not tell where it belongs", async () => {
    const config = () => aConfig({ tenants: new Map([["acme", broken("TENANT_ACME")]]) });
    const { ask } = chained({ siem: 1 }, {}, { config, fleet: async () => aFleet({ tenants: [], homes: {} }) });
    expect(await (await ask("/tenants/acme/chain")).json()).toMatchObject({ manifests: [] });
  });

  it("names the secret when the object cannot answer because of it", async () => {
    const chains = async () => {
      throw new Error("The secret of this tenant is absent or broken");
    };
    const config = () => aConfig({ tenants: new Map([["acme", broken("TENANT_ACME")]]) });
    const response = await chained({}, { chains }, { config }).ask("/tenants/acme/chain");
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ error: { where: "secret TENANT_ACME / token" } });
  });
});

describe("an answer that cannot be finished breaks off, so that it is not taken for whole", () => {
  const readAll = async (change: (page: ChainPage) => ChainPage): Promise<string> => {
    const page: TenantOperations["chainPage"] = async (_, after) => {
      const entries = [after + 1, after + 2].map((seq) => JSON.stringify(entry(seq))).join(",");
      const honest = { generation: "g", before: headAt(after), entries, head: headAt(after + 2), hasMore: after < 4 };
      return after === 2 ? change(honest) : honest;
    };
    return (await chained({ siem: 6 }, { chainPage: page }).ask("/tenants/acme/chain")).text();
  };

  it("when the object fails on the way", async () => {
    await expect(
      readAll(() => {
        throw new Error("evicted");
      }),
    ).rejects.toThrow("evicted");
  });

  it("when what follows is not linked to what was given", async () => {
    expect(JSON.parse(await readAll((page) => page))).toBeTypeOf("object");
    const other = { ...headAt(2), mac: macOf(9) };
    await expect(readAll((page) => ({ ...page, before: other }))).rejects.toThrow(
      "The chain changed while it was read",
    );
  });
});
