/** What a person reads after an operation. The address names it (`?done=poll`), so only these texts can be shown. */
export const notices: ReadonlyMap<string, string> = new Map([
  ["poll", "Polling and delivering: this goes on by itself."],
  ["pause", "Paused. What is collected waits, nothing is lost."],
  ["resume", "Resumed."],
  ["replay", "The range is collected again and sent: this goes on by itself, beside everything else."],
  ["redrive", "The dead letters are pending again and will be tried once more."],
  ["delete", "The dead letters are deleted and count as skipped."],
]);
