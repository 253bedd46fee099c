/** `/devices/{device_id}/details`: another shape for each family; and `/details/lostmode`, which refuses what is not lost. */
import { lastCheckIn } from "../fleet/check-ins.ts";
import type { Device } from "../fleet/device.ts";
import { draw, drawHex, drawInteger, drawUuid } from "../fleet/draw.ts";
import { isApple, releaseOf } from "../fleet/families.ts";
import { withBlank, zulu } from "../fleet/moments.ts";
import type { View } from "../prism/prism-row.ts";
import { appleDetails, generalOf, locationOf } from "./apple-details.ts";
import { good, notFound, refused, type Answer, type Endpoint, type Question } from "./endpoint.ts";

function windowsDetails(device: Device, view: View): object {
  const release = releaseOf("Windows", device.release);
  const heard = lastCheckIn(device, view.now, view.plan);
  return {
    general: {
      ...generalOf(device, view),
      manufacturer: "Example Computers",
      device_model: device.model.name,
      device_type: "Laptop",
      os_name: release.system,
      os_build: release.build,
      os_edition: "Professional",
      update_build_revision: release.build.split(".")[1],
      language: "en-US",
    },
    mdm: { management_client_revision: "10.0", windows_device_id: drawHex(device.seed, 661, 32).toUpperCase() },
    hardware_overview: { processor_name: device.model.processor, memory: "16 GB", serial_number: device.serial },
    network: { mac_address: drawHex(device.seed, 641, 12).toUpperCase(), ip_address: "" },
    kandji_agent: {
      is_agent_installed: "True",
      last_check_in_datetime: heard === undefined ? null : zulu(heard),
      version: "1.4.0",
      install_date: withBlank(device.enrolledAt),
    },
    tags: device.tags,
  };
}

function androidDetails(device: Device, view: View): object {
  const release = releaseOf("Android", device.release);
  return {
    general: {
      ...generalOf(device, view),
      api_level: drawInteger(device.seed, 671, 3) + 33,
      security_patch_level: "2026-04-05",
      enterprise_id: "LC0example",
      enterprise_device_id: drawHex(device.seed, 672, 16),
    },
    hardware: { brand: "Example", hardware: device.model.identifier, model: device.model.name, build: release.build },
    management: { management_mode: "DEVICE_OWNER", ownership: "COMPANY_OWNED" },
    cellular: { imei: drawHex(device.seed, 673, 15).replaceAll(/[a-f]/g, "7"), meid: "" },
    security: {
      device_posture: "SECURE",
      encryption_status: "ACTIVE_PER_USER",
      is_encrypted: true,
      has_passcode: draw(device.seed, 674) < 0.9 ? "Yes" : "No",
    },
    tags: device.tags,
  };
}

function detailsOf(device: Device, view: View): object {
  if (isApple(device.family)) return appleDetails(device, view);
  return device.family === "Windows" ? windowsDetails(device, view) : androidDetails(device, view);
}

function answerDetails({ fleet, inPath, view }: Question): Answer {
  const device = fleet.state.device(inPath[0] ?? "");
  if (device === undefined) return notFound();
  const text = JSON.stringify(detailsOf(device, view));
  return good(text, [text]);
}

function answerLostMode({ fleet, inPath }: Question): Answer {
  const device = fleet.state.device(inPath[0] ?? "");
  if (device === undefined) return notFound();
  if (device.lostModeAt === undefined) return refused(400, ["Lost mode is off for this device."]);
  const text = JSON.stringify({
    device_id: device.id,
    enrollment_id: drawUuid(device.seed, 681),
    lost_mode_status: "enabled",
    last_location: locationOf(device),
  });
  return good(text, [text]);
}

export const DEVICE_DETAILS: readonly Endpoint[] = [
  { template: "/api/v1/devices/{device_id}/details", dataset: "device-details", answer: answerDetails },
  { template: "/api/v1/devices/{device_id}/details/lostmode", dataset: "device-details", answer: answerLostMode },
];
