/** Everything that the journal tells of, and what it says of it. `docs/journal.md` has the same list. */
export const descriptions = {
  POLL: "Poll Kandji (now Iru) and deliver at once",
  PAUSE: "Pause a tenant, a dataset or a destination",
  RESUME: "Resume a tenant, a dataset or a destination",
  REPLAY: "Collect a range again and send it",
  REDRIVE_DEAD_LETTERS: "Try dead letters again",
  DELETE_DEAD_LETTERS: "Delete dead letters for good",
  FORGET_TENANT: "Delete the state of a tenant",
  VERIFY: "Run the live checks of a tenant",
  ACCESS_REFUSED: "Requests were refused at the door: a summary of at least an hour",
  SECRET_ADDED: "A secret of a tenant, destination or notification appeared",
  SECRET_CHANGED: "A secret of a tenant, destination or notification was put anew",
  SECRET_INVALID: "A secret of a tenant, destination or notification cannot be read",
  SECRET_REMOVED: "A secret of a tenant, destination or notification went away",
  TENANT_FORGOTTEN: "The state of a tenant was deleted: its secret had been absent for 30 days",
  DESTINATION_FORGOTTEN: "The state of a destination was deleted: it had been absent for 30 days",
  HEALTH_DEGRADED: "A tenant, dataset or destination turned bad, or worse",
  HEALTH_RESTORED: "A problem of a tenant, dataset or destination is over",
} as const;

/** What changed by itself: a log of its own (`forwarder-health`), and no deed of anybody. */
export const healthActions = ["HEALTH_DEGRADED", "HEALTH_RESTORED"] as const satisfies readonly ActionName[];

export type ActionName = keyof typeof descriptions;

export const actionNames = Object.keys(descriptions) as readonly ActionName[];
