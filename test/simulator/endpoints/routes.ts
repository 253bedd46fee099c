/** All endpoints besides the audit log, and which of them a path means. */
import { BEHAVIORAL_DETECTIONS } from "./behavioral-detections.ts";
import { DEVICE_ACTIVITY } from "./device-activity.ts";
import { DEVICE_APPS } from "./device-apps.ts";
import { DEVICE_DETAILS } from "./device-details.ts";
import { DEVICE_LIST } from "./device-list.ts";
import { DEVICE_STATUS } from "./device-status.ts";
import type { Endpoint } from "./endpoint.ts";
import { PEOPLE } from "./people.ts";
import { PRISM } from "./prism.ts";
import { TENANT_SETTINGS } from "./tenant-settings.ts";
import { THREATS } from "./threats.ts";
import { VULNERABILITIES } from "./vulnerabilities.ts";

const ENDPOINTS: readonly Endpoint[] = [
  ...DEVICE_LIST,
  ...DEVICE_DETAILS,
  ...DEVICE_APPS,
  ...DEVICE_STATUS,
  ...DEVICE_ACTIVITY,
  ...PRISM,
  ...PEOPLE,
  ...TENANT_SETTINGS,
  ...THREATS,
  ...BEHAVIORAL_DETECTIONS,
  ...VULNERABILITIES,
];

/** What a token must be permitted to read everything, the audit log apart. */
export const ALL_PATHS: readonly string[] = ENDPOINTS.map((endpoint) => endpoint.template);

const ROUTES = ENDPOINTS.map((endpoint) => ({
  endpoint,
  pattern: new RegExp(`^${endpoint.template.replaceAll(/\{[^}]*\}/g, "([^/]+)")}$`),
}));

export interface Route {
  readonly endpoint: Endpoint;
  readonly inPath: readonly string[];
}

export function routeOf(path: string): Route | undefined {
  for (const { endpoint, pattern } of ROUTES) {
    const match = pattern.exec(path);
    if (match !== null) return { endpoint, inPath: match.slice(1).map((part) => decodeURIComponent(part)) };
  }
  return undefined;
}

const anonymous = (template: string): string => template.replaceAll(/\{[^}]*\}/g, "{}");

/** A permission is a path, for `GET`, or a method and a path; what stands in the braces does not matter. `*` is all of them. */
export function isPermitted(permissions: readonly string[], method: string, template: string): boolean {
  const wanted = anonymous(template);
  return permissions.some((permission) => {
    if (permission === "*") return true;
    const [, verb = "GET", path = ""] = /^(?:([A-Z]+) )?(.*)$/.exec(permission) ?? [];
    return verb === method && anonymous(path) === wanted;
  });
}
