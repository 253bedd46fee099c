/** `/devices/{device_id}/status`, and the two that have a half of it each: does the device obey its blueprint? */
import { lastInventory } from "../fleet/check-ins.ts";
import type { Device } from "../fleet/device.ts";
import { draw, drawHex, drawOne, mix, uuidOf } from "../fleet/draw.ts";
import { zulu } from "../fleet/moments.ts";
import type { LibraryItem } from "../fleet/tenant.ts";
import type { View } from "../prism/prism-row.ts";
import { good, notFound, type Answer, type Endpoint, type Question } from "./endpoint.ts";

const PARAMETERS = [
  ["Screensaver starts", "Login", "Screensaver"],
  ["Guest account off", "Login", "Accounts"],
  ["Firewall on", "Network", "Firewall"],
  ["Remote login off", "Network", "Sharing"],
  ["Gatekeeper on", "Security", "Apps"],
  ["Automatic updates on", "Security", "Updates"],
  ["Bluetooth sharing off", "Network", "Sharing"],
  ["Secure keyboard entry", "Privacy", "Terminal"],
] as const;

export const PARAMETER_IDS: readonly string[] = PARAMETERS.map(([name]) => uuidOf(name));

function statusOf(device: Device, item: LibraryItem, which: number): string {
  const changed = device.statuses.get(item.id);
  if (changed !== undefined) return changed.status;
  if (item.type === "profile") return draw(device.seed, 720 + which) < 0.95 ? "success" : "failed";
  return draw(device.seed, 720 + which) < 0.85 ? "PASS" : drawOne(device.seed, 740, ["PENDING", "ERROR", "AVAILABLE"]);
}

/** What a script printed may be anything, a password too. */
function logOf(device: Device, item: LibraryItem, status: string): string | null {
  if (item.type !== "custom-script") return status === "ERROR" ? `${item.name} could not be applied` : null;
  return `Script ran as root\nexport API_KEY=script-${drawHex(device.seed, 731, 12)}\nExit code: 0`;
}

function itemRow(device: Device, item: LibraryItem, which: number, view: View): string {
  const status = statusOf(device, item, which);
  const reportedAt = Math.max(device.statuses.get(item.id)?.at ?? 0, lastInventory(device, view.now, view.plan));
  return JSON.stringify({
    id: device.number * 100 + which,
    item_id: item.id,
    name: item.name,
    status,
    reported_at: zulu(reportedAt),
    type: item.type,
    last_audit_log: item.type === "filevault" ? "FileVault is on." : null,
    log: logOf(device, item, status),
  });
}

function parameterRow(device: Device, which: number): string {
  const [name, category, subcategory] = PARAMETERS[which] ?? ["", "", ""];
  const id = PARAMETER_IDS[which] ?? "";
  const usual = drawOne(mix(device.seed, 750), which, ["PASS", "PASS", "PASS", "REMEDIATED", "WARNING"]);
  return JSON.stringify({
    status: device.statuses.get(id)?.status ?? usual,
    item_id: id,
    name,
    category,
    subcategory,
  });
}

type Part = "library_items" | "parameters";

function answerParts(parts: readonly Part[], { fleet, inPath, view }: Question): Answer {
  const device = fleet.state.device(inPath[0] ?? "");
  if (device === undefined) return notFound();
  const rows: Readonly<Record<Part, () => readonly string[]>> = {
    library_items: () => device.blueprint.items.map((item, which) => itemRow(device, item, which, view)),
    parameters: () => (device.family === "Mac" ? PARAMETERS.map((_, which) => parameterRow(device, which)) : []),
  };
  const written = parts.map((part) => [part, rows[part]()] as const);
  const text = written.map(([part, texts]) => `"${part}":[${texts.join(",")}]`).join(",");
  return good(
    `{"device_id":"${device.id}",${text}}`,
    written.flatMap(([, texts]) => texts),
  );
}

const part = (name: string, parts: readonly Part[]): Endpoint => ({
  template: `/api/v1/devices/{device_id}/${name}`,
  dataset: "device-status",
  answer: (question) => answerParts(parts, question),
});

export const DEVICE_STATUS: readonly Endpoint[] = [
  part("status", ["library_items", "parameters"]),
  part("library-items", ["library_items"]),
  part("parameters", ["parameters"]),
];
