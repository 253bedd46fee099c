import type { Format } from "./format.ts";
import { firstText } from "./meaning/fields.ts";
import { changeOf, meaningOf } from "./meaning/read.ts";
import { eventOf } from "./ocsf-classes.ts";
import { severities } from "./ocsf-event.ts";

/**
 * OCSF 1.5.0, with the classes and ids that Datadog's own pipeline gives to Kandji's records. `raw_data` is the record. What
 * the schema wants and Kandji does not say makes it a Base Event: nothing is made up.
 */

const version = "1.5.0";

export const ocsf: Format = {
  name: "ocsf",
  title: "Open Cybersecurity Schema Framework 1.5.0",
  source: new URL("https://schema.ocsf.io/1.5.0/"),
  version: 1,
  shape(record, { tenant, dataset, collectedAt }) {
    const { raw, value } = record;
    const change = changeOf(value);
    const meaning = meaningOf(dataset, value, change);
    const { activity, severity, ...own } = eventOf(meaning, change);
    const at = meaning.kind === "activity" ? meaning.at : undefined;
    return JSON.stringify({
      time: at ?? record.time?.milliseconds ?? collectedAt,
      ...own,
      category_uid: Math.floor(own.class_uid / 1000),
      type_uid: own.class_uid * 100 + activity.id,
      activity_id: activity.id,
      activity_name: activity.name,
      severity_id: severity.id,
      severity: severity.name ?? severities[severity.id],
      metadata: {
        version,
        product: { name: "Kandji", vendor_name: "Kandji" },
        tenant_uid: tenant,
        uid: record.id,
        log_name: dataset,
        event_code: firstText(value, ["event_type"]),
        original_time: record.time?.text,
        logged_time: collectedAt,
      },
      raw_data: raw,
    });
  },
};
