/** Nothing can be said of the archive: what, where and the mend stand in the message. Exit code 2. */
export class CannotCheck extends Error {}
