import { secrets } from "../../tenant/household.ts";
import type { Row } from "./row.ts";

/** What goes wrong with secrets, with the cron and with the forwarder's own objects. */

const tenantSecret = (text: string): Record<string, string> => ({ ...secrets(), TENANT_ACME: text });
const inSecrets = (row: Pick<Row, "code" | "subject" | "health">, env: Record<string, string>): Row => ({
  ...row,
  cause: (it) => it.put(env),
  remove: (it) => it.put(secrets()),
});

export const rows: readonly Row[] = [
  inSecrets(
    { code: "destination-unknown", subject: "tenant acme", health: "degraded" },
    secrets({ siem: {} }, { destinations: ["siem", "nowhere"] }),
  ),
  inSecrets(
    { code: "no-destination", subject: "tenant acme", health: "failing" },
    { TENANT_ACME: secrets()["TENANT_ACME"] ?? "" },
  ),
  inSecrets(
    { code: "secret-invalid", subject: "secret TENANT_ACME / subdmain", health: "failing" },
    tenantSecret('{"subdmain":"acme","token":"token-of-acme"}'),
  ),
  inSecrets(
    { code: "secret-invalid", subject: "secret DESTINATION_SIEM", health: "failing" },
    { ...secrets(), DESTINATION_SIEM: "{" },
  ),
  inSecrets(
    { code: "secret-invalid", subject: "secret NOTIFY_TEAM", health: "failing" },
    { ...secrets(), NOTIFY_TEAM: "{" },
  ),
  inSecrets(
    { code: "jurisdiction-changed", subject: "tenant acme", health: "failing" },
    secrets({ siem: {} }, { jurisdiction: "eu" }),
  ),
  {
    code: "cron-silent",
    subject: "cron",
    health: "failing",
    cause: (it) => {
      it.cron = "silent";
    },
    after: { minutes: 15, because: "it is no longer waited for after three minutes, and more when nobody was awake" },
    remove: (it) => {
      it.cron = "fires";
    },
  },
  {
    code: "cron-silent",
    subject: "tenant acme",
    health: "failing",
    cause: (it) => {
      it.cron = "forgets acme";
    },
    after: { minutes: 15, because: "a tenant that is not woken says so after a quarter of an hour" },
    remove: (it) => {
      it.cron = "fires";
    },
  },
  {
    code: "tick-failed",
    subject: "tenant acme",
    health: "failing",
    cause: (it) => {
      it.tenant = "fails";
    },
    remove: (it) => {
      it.tenant = "answers";
    },
  },
  {
    code: "tenant-silent",
    subject: "tenant acme",
    health: "degraded",
    cause: (it) => {
      it.tenant = "is mute";
    },
    after: { minutes: 3, because: "three firings may be missed" },
    remove: (it) => {
      it.tenant = "answers";
    },
  },
  {
    code: "notification-failing",
    subject: "secret NOTIFY_CHAT",
    health: "degraded",
    // Something has to be told before anybody can find that it cannot be told.
    cause: async (it) => {
      it.forwarder.answer = async ({ url }) => ({ status: url.includes("chat-secret") ? 404 : 200 });
      it.siem.faults.set({ always: { do: "status", status: 403 } });
      await it.fire();
      await it.fire();
    },
    besides: ["destination-locked-out"],
    remove: (it) => {
      it.forwarder.answer = async () => ({ status: 200 });
      it.siem.faults.clear();
    },
    shown: { minutes: 4, because: "what did not get through is tried again after one minute, two, four" },
  },
];
