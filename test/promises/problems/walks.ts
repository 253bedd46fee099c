import { secrets } from "../../tenant/household.ts";
import type { Row } from "./row.ts";
import { kandjiToken, permissions, type Stage, type Watched } from "./watched-installation.ts";

/** What goes wrong while datasets are walked whole. */

const day = { minutes: 24 * 60, because: "it is shown for a day after it was last seen" };

const walking =
  (datasets: object): (() => Stage) =>
  () => ({
    kandji: { acme: { token: kandjiToken, permissions, fleet: { devices: 5 } } },
    env: secrets({ siem: {} }, { datasets }),
  });

/** Kandji's answers to one path, as the cause would have them. */
function spoil(it: Watched, path: string, change: (text: string) => string): void {
  it.between = async (request, go) => {
    const answer = await go();
    if (new URL(request.url).pathname !== path || !answer.ok) return answer;
    return new Response(change(await answer.text()), { status: answer.status, headers: answer.headers });
  };
}
const leaveAlone = (it: Watched): void => {
  it.between = async (_, go) => go();
};

let total = 1_000;

export const rows: readonly Row[] = [
  {
    code: "filter-matches-nothing",
    subject: "tenant acme / devices",
    health: "degraded",
    stage: walking({ devices: { every: "60s" } }),
    cause: (it) =>
      it.put(secrets({ siem: {} }, { datasets: { devices: { every: "60s" } }, filters: { tags: ["no such tag"] } })),
    remove: (it) => it.put(secrets({ siem: {} }, { datasets: { devices: { every: "60s" } } })),
  },
  {
    code: "device-unreadable",
    subject: "tenant acme / device-status",
    health: "degraded",
    stage: walking({ "device-status": { every: "12h" } }),
    cause: (it) => {
      const [device] = it.acme.fleet.devices;
      const path = `/api/v1/devices/${device?.id ?? ""}/status`;
      it.between = async (request, go) =>
        new URL(request.url).pathname === path ? new Response("{}", { status: 503 }) : go();
    },
    after: { minutes: 12 * 60 + 30, because: "it is walked twice a day here" },
    remove: leaveAlone,
    shown: { minutes: 36 * 60, because: "the next walk asks for it, and then it is shown for a day" },
  },
  {
    code: "row-unreadable",
    subject: "tenant acme / devices",
    health: "degraded",
    stage: walking({ devices: { every: "60s" } }),
    cause: (it) => {
      const name = it.acme.fleet.devices[2]?.id ?? "";
      spoil(it, "/api/v1/devices", (text) => (text.includes(name) ? "<broken>" : text));
    },
    besides: ["unreadable-answer"],
    after: { minutes: 30, because: "pages are made smaller until only one row is left out" },
    remove: leaveAlone,
    shown: day,
  },
  {
    code: "list-never-still",
    subject: "tenant acme / blueprints",
    health: "degraded",
    stage: walking({ blueprints: { every: "60s" } }),
    cause: (it) =>
      spoil(it, "/api/v1/blueprints", (text) => text.replace(/"count":\s*\d+/u, () => `"count":${(total += 1)}`)),
    remove: leaveAlone,
    shown: day,
  },
];
