import { personOf } from "./audit-event.ts";
import { firstText, momentAt, objectAt, textAt } from "./fields.ts";
import type { Device, Reader, Software } from "./meaning.ts";
import { deviceOf, nobody, noted, ownerOf } from "./things.ts";

/** Rows that say what there is: devices, software, people; and the log of each device. */

export const readDevice: Reader = (value) => ({
  kind: "device",
  device: {
    ...deviceOf(value, "device_"),
    serialNumber: textAt(value, "serial_number"),
    model: textAt(value, "model"),
    platform: textAt(value, "platform"),
    osVersion: textAt(value, "os_version"),
    osBuild: textAt(value, "supplemental_build_version"),
    owner: ownerOf(objectAt(value, "user")),
  },
});

export const readDeviceDetails: Reader = (value) => {
  const general = objectAt(value, "general");
  const hardware = objectAt(value, "hardware_overview");
  const about = noted(value);
  return {
    kind: "device",
    device: {
      id: textAt(general, "device_id") ?? about?.id,
      name: textAt(general, "device_name") ?? about?.name,
      hostName: textAt(objectAt(value, "network"), "local_hostname"),
      serialNumber: textAt(hardware, "serial_number") ?? textAt(general, "serial_number") ?? about?.serialNumber,
      model: firstText(general, ["model", "device_model"]),
      modelId: textAt(hardware, "model_identifier"),
      platform: textAt(general, "platform"),
      osName: textAt(general, "os_name"),
      osVersion: textAt(general, "os_version"),
      osBuild: firstText(general, ["supplemental_build_version", "os_build"]),
      owner: ownerOf(objectAt(general, "assigned_user")),
    },
  };
};

/** What every row of Prism says of its device. `device__user_id` is the old number of the user. */
function deviceOfPrism(value: unknown): Device {
  return {
    ...nobody,
    id: textAt(value, "device_id"),
    name: textAt(value, "device__name"),
    hostName: textAt(value, "host_name"),
    serialNumber: textAt(value, "serial_number"),
    modelId: textAt(value, "model_id"),
    model: firstText(value, ["model_name", "marketing_name"]),
    platform: textAt(value, "device__family"),
    osVersion: textAt(value, "os_version"),
    osBuild: textAt(value, "os_build"),
    owner: ownerOf({ name: textAt(value, "device__user_name"), email: textAt(value, "device__user_email") }),
  };
}

/** Settings of a device: what they are is in the record. */
export const readPrism: Reader = (value) => ({ kind: "device", device: deviceOfPrism(value) });

const softwareAt = (value: unknown): Software => ({
  name: firstText(value, ["app_name", "display_name", "name", "package_name", "bundle_id", "identifier"]),
  version: firstText(value, ["version", "version_name", "short_version", "bundle_version"]),
  id: firstText(value, ["bundle_id", "package_name", "product_code", "identifier"]),
  path: firstText(value, ["path", "installed_path", "bundle_path"]),
  publisher: firstText(value, ["publisher_display_name", "publisher", "developer_name"]),
  architecture: textAt(value, "architecture"),
});

export const readPrismSoftware: Reader = (value) => ({
  kind: "software",
  software: softwareAt(value),
  device: deviceOfPrism(value),
});

export const readApp: Reader = (value) => ({ kind: "software", software: softwareAt(value), device: noted(value) });

/** An account of a Mac, which is no user of Kandji. */
export const readLocalUser: Reader = (value) => ({
  kind: "person",
  person: {
    id: firstText(value, ["generated_uid", "uid"]),
    name: textAt(value, "username"),
    email: undefined,
    role: undefined,
  },
  device: deviceOfPrism(value),
});

export const readPerson: Reader = (value) => ({ kind: "person", person: personOf(value), device: undefined });

/** The log of a device: what was done to it. Who did it is named by a command at most. */
export const readDeviceActivity: Reader = (value) => {
  const computer = objectAt(value, "computer");
  const device = computer === undefined ? (noted(value) ?? nobody) : deviceOf(computer, "");
  const user = ownerOf(objectAt(value, "user"));
  const action = textAt(value, "action_type");
  return {
    kind: "activity",
    action,
    code: undefined,
    actor: user === undefined ? undefined : { id: user.id, type: "user", person: user },
    target: { id: device.id, type: "device", component: undefined, name: device.name, person: undefined },
    outcome: outcomeIn(action),
    device,
    at: momentAt(value, "created_at"),
  };
};

/** `mdm_command_failed`, `mdm_command_completed`, `amapi_policy_update_success`. */
function outcomeIn(action = ""): string | undefined {
  if (action.endsWith("_failed")) return "failed";
  return /_(?:completed|success)$/u.test(action) ? "success" : undefined;
}

/** Settings of the tenant, and whatever a later version collects. */
export const readOther: Reader = (value) => ({ kind: "other", device: noted(value) });
