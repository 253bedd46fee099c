import type { Edit } from "./platform/source-edit.ts";

/** The next version of the program as histories know it: tables are rebuilt by a migration, and an encoding has changed. */
export const nextVersion: readonly Edit[] = [
  {
    file: "tenant/migrations.ts",
    find: "];\n\n/** Brings the tables",
    replace: `
  \`CREATE TABLE segments_of_next (
     id INTEGER PRIMARY KEY, dataset TEXT NOT NULL, stream TEXT NOT NULL, destination TEXT,
     first INTEGER NOT NULL, records INTEGER NOT NULL, bytes INTEGER NOT NULL, collected_at INTEGER NOT NULL,
     body TEXT NOT NULL, hours TEXT);
   INSERT INTO segments_of_next SELECT * FROM segments;
   DROP TABLE segments;
   ALTER TABLE segments_of_next RENAME TO segments;\`,
];

/** Brings the tables`,
  },
  { file: "destinations/webhook.ts", find: "encodingVersion: 1,", replace: "encodingVersion: 2," },
];
