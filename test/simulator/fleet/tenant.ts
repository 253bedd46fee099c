/** What a tenant has besides devices: its people, its blueprints with their library items, its tags. */
import { draw, drawInteger, drawOne, drawUuid, mix, uuidOf } from "./draw.ts";
import type { FleetPlan } from "./fleet-plan.ts";

export interface User {
  readonly id: string;
  /** The older id, which Prism still uses. */
  readonly number: number;
  readonly name: string;
  readonly email: string;
  readonly department: string | null;
  readonly integration: { readonly id: number; readonly name: string; readonly uuid: string; readonly type: string };
  readonly createdAt: number;
  updatedAt: number;
  isArchived: boolean;
  devices: number;
}

export interface Admin {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly role: string;
  readonly createdAt: number;
}

export interface LibraryItem {
  readonly id: string;
  readonly name: string;
  readonly type: string;
}

export interface Blueprint {
  readonly id: string;
  name: string;
  readonly type: "classic" | "map";
  readonly items: readonly LibraryItem[];
  devices: number;
}

export interface Tag {
  readonly id: string;
  readonly name: string;
}

const FIRST =
  "Dana Noor Iris Sam Mei Jonas Ada Tomas Lena Omar Zoë Piotr Aisha Hugo Nina Ravi Elif Marco Yuki Sofia".split(" ");
const LAST =
  "Ruiz Haddad Vogel Okafor Tanaka Lind Moreau Novák Berg Silva Łukasz Iyer Costa Aydin Keller Nakamura".split(" ");
const DEPARTMENTS = [null, "Engineering", "Sales", "Finance", "Support", ""] as const;
const PLACES = ["Engineering laptops", "Sales iPads", "Kiosk", "Executives", "Loaner pool", "Field team"];
const LABELS = ["eng", "sales", "exec", "loaner", "pilot", "field team", "vip", "to-be-replaced"];
const DAY = 86_400_000;

const plain = (text: string): string => text.normalize("NFD").replaceAll(/[^\w]/g, "").toLowerCase();

/** The `number`th user. Every fortieth shares the e-mail of the one before, who came from another directory. */
export function makeUser(seed: number, number: number, createdAt: number): User {
  const isDouble = number % 40 === 39;
  const person = isDouble ? number - 1 : number;
  const first = FIRST[mix(seed, person) % FIRST.length] ?? "";
  const last = LAST[mix(seed ^ 1, person) % LAST.length] ?? "";
  const directory = isDouble ? "google" : "office365";
  return {
    id: drawUuid(mix(seed, number), 41),
    number: 31_000 + number,
    name: `${first} ${last}`,
    email: `${plain(first)}.${plain(last)}.${person}@northbay.example`,
    department: DEPARTMENTS[mix(seed ^ 2, person) % DEPARTMENTS.length] ?? null,
    integration: { id: isDouble ? 13 : 12, name: "northbay", uuid: uuidOf(directory), type: directory },
    createdAt,
    updatedAt: createdAt,
    isArchived: draw(seed ^ 3, number) < 0.05,
    devices: 0,
  };
}

function makeAdmin(seed: number, number: number, now: number): Admin {
  const firstName = FIRST[(number * 3) % FIRST.length] ?? "";
  const lastName = LAST[(number * 5) % LAST.length] ?? "";
  return {
    id: drawUuid(mix(seed, number), 42),
    email: `${plain(firstName)}.${plain(lastName)}@northbay.example`,
    firstName,
    lastName,
    role: drawOne(seed, number, ["admin", "standard", "helpdesk", "auditor"]),
    createdAt: now - (400 - number) * DAY,
  };
}

const ITEMS: readonly (readonly [name: string, type: string])[] = [
  ["Disk encryption", "filevault"],
  ["EDR", "threat-security"],
  ["Wi-Fi", "profile"],
  ["Passcode", "profile"],
  ["Restrictions", "profile"],
  ["VPN", "profile"],
  ["Collect diagnostics", "custom-script"],
  ["Rename computer", "custom-script"],
  ["Amber Notes", "vpp-app"],
  ["Granite Guard", "custom-app"],
  ["macOS update", "managed-os"],
  ["Web content filter", "profile"],
  ["Harbor Sync", "automatic-app"],
  ["Certificate authority", "profile"],
];

function makeBlueprint(seed: number, number: number): Blueprint {
  const place = PLACES[number % PLACES.length] ?? "";
  const items = ITEMS.filter((_, i) => i < 4 || mix(seed ^ number, 50 + i) % 3 > 0);
  return {
    id: drawUuid(mix(seed, number), 43),
    name: number < PLACES.length ? place : `${place} ${Math.floor(number / PLACES.length) + 1}`,
    type: number % 3 === 2 ? "map" : "classic",
    items: items.map(([name, type]) => ({ id: uuidOf(name, seed), name, type })),
    devices: 0,
  };
}

export function makeTag(seed: number, number: number): Tag {
  const label = LABELS[number % LABELS.length] ?? "";
  const round = Math.floor(number / LABELS.length);
  return { id: drawUuid(mix(seed, number), 44), name: round === 0 ? label : `${label}-${round + 1}` };
}

export interface Tenant {
  readonly users: User[];
  readonly admins: Admin[];
  readonly blueprints: Blueprint[];
  readonly tags: Tag[];
  readonly enrolmentCode: string;
}

export function makeTenant(plan: FleetPlan, seed: number, now: number): Tenant {
  const some = <T>(count: number, make: (number: number) => T): T[] =>
    Array.from({ length: count }, (_, number) => make(number));
  return {
    users: some(plan.users, (number) => makeUser(seed, number, now - (360 - (number % 300)) * DAY)),
    admins: some(plan.admins, (number) => makeAdmin(seed, number, now)),
    blueprints: some(Math.max(1, plan.blueprints), (number) => makeBlueprint(seed, number)),
    tags: some(plan.tags, (number) => makeTag(seed, number)),
    enrolmentCode: String(100_000 + drawInteger(seed, 45, 900_000)),
  };
}
