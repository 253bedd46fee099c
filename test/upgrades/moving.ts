/** Moves into a state that another version has left behind: the engine of this version, in plain Node, on simulated time. */
import type { SimulatedIntake } from "../simulator/intake.ts";
import { epoch, Household, minute } from "../tenant/household.ts";
import type { NodeSql } from "../tenant/node-sql.ts";
import { writeTables, type StoredTable } from "./databases.ts";
import { remember } from "./evidence.ts";
import type { Fixture } from "./fixture.ts";

/** Where `World.fetch` finds the tenant: only the address of Kandji is another one in Node, in the secret and in the state. */
const kandji = "https://acme.api.kandji.io";

export class InheritedHousehold extends Household {
  /** By type of destination, the version of its encoding in this version. */
  get encodings(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.#destinations.map(({ type, destination }) => [type, Number(destination.encodingVersion("audit-events"))]),
    );
  }

  typeOf(name: string): string {
    return this.#destinations.find(({ id }) => id === name)?.type ?? "";
  }

  intake(name: string): SimulatedIntake {
    const intake = this.world.intakes.get(name);
    if (intake === undefined) throw new Error(`The world has no intake ${name}`);
    return intake;
  }

  /** Ids of the records that a destination has refused for good. */
  deadRecords(name: string): string[] {
    const letters = this.engine.state.spool.deadLetters.all();
    return letters.flatMap(({ destination, recordId }) => (destination === name ? [recordId ?? ""] : []));
  }

  get #destinations() {
    return [...this.config.destinations.values()].flatMap((parsed) => (parsed.ok ? [parsed.value] : []));
  }
}

/** The process was killed `afterMs` ago; its alarm has been due since, or will be. */
export async function move(fixture: Fixture, afterMs = minute): Promise<InheritedHousehold> {
  const { apiUrl } = JSON.parse(fixture.secrets["TENANT_ACME"] ?? "{}") as { apiUrl: string };
  const at = (text: string): string => text.replaceAll(apiUrl, kandji);
  const secrets = Object.fromEntries(Object.entries(fixture.secrets).map(([name, text]) => [name, at(text)]));
  const maxSpoolBytes = Number(secrets["MAX_SPOOL_BYTES"]);
  const house = new InheritedHousehold(fixture.plan, secrets, { maxSpoolBytes });
  inherit(house.sql, fixture, at);
  remember(house.world, fixture);
  await house.time.advance(fixture.leftAt + afterMs - epoch);
  house.alarmAt = house.time.now();
  return house;
}

/** Tables of the platform are no business of the engine's. */
const isOurs = ({ name }: { readonly name: string }): boolean => !name.startsWith("_");

function inherit(sql: NodeSql, { databases }: Fixture, at: (text: string) => string): void {
  const tenant = databases.find(({ tables }) => tables.some(({ name }) => name === "migrations"));
  writeTables(tenant?.tables.filter(isOurs) ?? [], {
    make: (statement) => sql.exec(statement),
    insert: (statement, values) =>
      sql.exec(statement, ...values.map((value) => (typeof value === "string" ? at(value) : (value as number | null)))),
  });
}

export const tablesOf = (sql: NodeSql): StoredTable[] =>
  sql
    .exec<{ name: string; sql: string }>("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .filter(isOurs)
    .map((table) => ({ ...table, rows: sql.exec(`SELECT * FROM "${table.name}"`).map((row) => Object.values(row)) }));
