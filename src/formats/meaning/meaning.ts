/**
 * What a record means, whatever its dataset calls the keys: the words between datasets and formats. A dataset is read into
 * them once, a format speaks of them once. `undefined` is what Kandji did not say; nobody fills it in.
 */

/** A time that a record tells. */
export interface Moment {
  /** Since 1970. */
  readonly milliseconds: number;
  /** RFC 3339 with milliseconds, UTC. */
  readonly text: string;
}

/** What the forwarder noticed of a row (contract §7.3). */
export type Change = "snapshot" | "created" | "updated" | "deleted";

export interface Person {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly email: string | undefined;
  /** In Kandji's console. */
  readonly role: string | undefined;
}

export interface Device {
  readonly id: string | undefined;
  readonly name: string | undefined;
  /** As the device calls itself. */
  readonly hostName: string | undefined;
  readonly serialNumber: string | undefined;
  /** `MacBook Pro (14-inch)`. */
  readonly model: string | undefined;
  /** `Mac15,6`. */
  readonly modelId: string | undefined;
  /** Kandji's word: `Mac`, `iPhone`, `iPad`, `AppleTV` or `tvOS`, `Windows`, `Android`. */
  readonly platform: string | undefined;
  readonly osName: string | undefined;
  readonly osVersion: string | undefined;
  readonly osBuild: string | undefined;
  readonly owner: Person | undefined;
}

export interface Software {
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** A bundle identifier, a product code, a package name. */
  readonly id: string | undefined;
  readonly path: string | undefined;
  readonly publisher: string | undefined;
  readonly architecture: string | undefined;
}

export interface SeenFile {
  readonly path: string | undefined;
  readonly name: string | undefined;
  readonly sha256: string | undefined;
}

export interface SeenProcess {
  readonly name: string | undefined;
  readonly pid: number | undefined;
  readonly commandLine: string | undefined;
  readonly path: string | undefined;
  readonly owner: string | undefined;
  readonly sha256: string | undefined;
  readonly parent: SeenProcess | undefined;
}

export interface Actor {
  readonly id: string | undefined;
  /** `user`, `kandji`, `device`, `api_token`, … */
  readonly type: string | undefined;
  readonly person: Person | undefined;
}

export interface Target {
  readonly id: string | undefined;
  /** `blueprint`, `device`, `admin`, … */
  readonly type: string | undefined;
  readonly component: string | undefined;
  readonly name: string | undefined;
  /** What is known of it when it is a person. */
  readonly person: Person | undefined;
}

/** How far a finding is: `undefined` when it was only seen again, or when the word says something else. */
export type Stage = "found" | "changed" | "resolved" | undefined;

/** What all findings have. */
export interface Finding {
  /** The same for the same finding, from when it is found until it is resolved. */
  readonly uid: string | undefined;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly url: string | undefined;
  readonly stage: Stage;
  /** What happened to it, in the word that the record has for it. */
  readonly action: string | undefined;
  /** Where it stands, in Kandji's word: `QUARANTINED`. */
  readonly status: string | undefined;
  /** Kandji's word: `High`. */
  readonly severity: string | undefined;
  /** Milliseconds since 1970. */
  readonly firstSeenAt: Moment | undefined;
  readonly lastSeenAt: Moment | undefined;
}

/** Somebody did something. */
export interface Activity {
  readonly kind: "activity";
  readonly action: string | undefined;
  /** A name for the kind of event: `update.device.remediation`. */
  readonly code: string | undefined;
  readonly actor: Actor | undefined;
  readonly target: Target;
  /** How it went, in Kandji's word. */
  readonly outcome: string | undefined;
  readonly device: Device | undefined;
  /** Milliseconds since 1970, where it is another time than that of the record. */
  readonly at: Moment | undefined;
}

/** A file or a behaviour that looks like an attack. */
export interface Detection {
  readonly kind: "detection";
  readonly finding: Finding;
  readonly by: "file" | "behaviour";
  /** `MALWARE`, `PUP`, `suspicious`. */
  readonly classification: string | undefined;
  /** Name of the malware or of its family. */
  readonly malware: string | undefined;
  /** Of the rule or the threat, as the detecting engine counts them. */
  readonly threatId: string | undefined;
  readonly file: SeenFile | undefined;
  readonly process: SeenProcess | undefined;
  readonly device: Device | undefined;
}

/** A weakness of some software, on one device or in the fleet. */
export interface Vulnerability {
  readonly kind: "vulnerability";
  readonly finding: Finding;
  readonly cve: string | undefined;
  /** CVSS, of a version that Kandji does not tell. */
  readonly score: number | undefined;
  readonly publishedAt: Moment | undefined;
  readonly modifiedAt: Moment | undefined;
  readonly scanner: string | undefined;
  readonly software: Software | undefined;
  readonly device: Device | undefined;
}

/** Whether a device is as it shall be. */
export interface Posture {
  readonly kind: "posture";
  readonly finding: Finding;
  /** What is wanted of the device. */
  readonly control: string | undefined;
  readonly category: string | undefined;
  readonly result: "pass" | "warning" | "fail" | undefined;
  readonly device: Device | undefined;
}

/** A device as it is, or some of its settings. */
export interface DeviceItem {
  readonly kind: "device";
  readonly device: Device;
}

/** Software that is on a device. */
export interface SoftwareItem {
  readonly kind: "software";
  readonly software: Software;
  readonly device: Device | undefined;
}

export interface PersonItem {
  readonly kind: "person";
  readonly person: Person;
  /** Set for an account of a device. */
  readonly device: Device | undefined;
}

/** Nothing that the formats have words for. */
export interface Other {
  readonly kind: "other";
  readonly device: Device | undefined;
}

export type Meaning = Activity | Detection | Vulnerability | Posture | DeviceItem | SoftwareItem | PersonItem | Other;

/** Reads a parsed record, which may be any JSON value. */
export type Reader = (value: unknown, change: Change | undefined) => Meaning;
