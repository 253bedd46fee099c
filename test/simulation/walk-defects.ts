/** Mistakes in the walks over what is only state: what is remembered, compared, called gone, and sent to whom. */
import type { Defect } from "./defects.ts";

const one = (name: string, file: string, find: string, replace: string): Defect => ({
  name,
  edits: [{ file: `collection/listing/${file}`, find, replace }],
});

export const ofWalks: readonly Defect[] = [
  one(
    "changes-not-remembered",
    "comparison.ts",
    "const isNews = known === undefined || changed.length > 0;",
    "const isNews = known === undefined;",
  ),
  one(
    "volatile-fields-are-news",
    "fingerprint.ts",
    "const isNews = (key: string): boolean => !Object.hasOwn(volatile, key);",
    "const isNews = (_: string): boolean => true;",
  ),
  one(
    "gone-at-first-absence",
    "comparison.ts",
    "if (marks.absent.has(row.number)) gone.push(row);",
    "if (!marks.seen.has(row.number)) gone.push(row);",
  ),
  one(
    "gone-in-silence",
    "comparison.ts",
    'if (this.#dataset.sends !== "state") return [];',
    "if (gone.length > 0) return [];",
  ),
  one(
    "no-state-for-latecomers",
    "comparison.ts",
    "for (const range of meeting.ranges) {",
    "for (const range of meeting.ranges.slice(meeting.ranges.length)) {",
  ),
  one(
    "devices-left-out-that-checked-in",
    "device-list.ts",
    "device.checkedInAt === device.readCheckIn &&",
    "device.checkedInAt !== undefined ||",
  ),
  one("end-of-a-log-not-recognised", "activity-tail.ts", "&& !known.has(row.key)", ""),
];
