/** `/api/v1/users` and `/api/v1/admins`: pages by an opaque cursor inside a `next` URL that points to another host. */
import { wholeSeconds, zulu } from "../fleet/moments.ts";
import type { Admin, User } from "../fleet/tenant.ts";
import { envelope, good, notFound, refused, type Answer, type Endpoint, type Question } from "./endpoint.ts";

function userRow(user: User): string {
  return JSON.stringify({
    id: user.id,
    name: user.name,
    email: user.email,
    active: !user.isArchived,
    archived: user.isArchived,
    department: user.department,
    job_title: null,
    device_count: user.devices,
    deprecated_user_id: String(user.number),
    integration: user.integration,
    created_at: zulu(user.createdAt),
    updated_at: zulu(user.updatedAt),
  });
}

function adminRow(admin: Admin): string {
  const createdAt = `${wholeSeconds(admin.createdAt)}Z`;
  return JSON.stringify({
    id: admin.id,
    email: admin.email,
    first_name: admin.firstName,
    last_name: admin.lastName,
    role: admin.role,
    is_active: true,
    locale: "en",
    created_at: createdAt,
    updated_at: createdAt,
  });
}

interface Position {
  readonly backwards: boolean;
  /** The number of a person: it is the one beyond which the page begins. */
  readonly beyond: number;
}

function readPosition(cursor: string): Position | undefined {
  let text: string;
  try {
    text = atob(cursor);
  } catch {
    return undefined;
  }
  const [, backwards, beyond] = /^(r=1&)?p=(\d+)$/.exec(text) ?? [];
  return beyond === undefined ? undefined : { backwards: backwards !== undefined, beyond: Number(beyond) };
}

/** The documented sample leads to the console, whose host lacks `.api`. */
function linkTo(question: Question, cursor: string): string {
  const { url, settings } = question;
  if (settings.next === "same") return url.href;
  if (settings.next === "token") return cursor;
  const link = new URL(url);
  if (settings.next === "foreign") link.host = new URL(settings.foreignOrigin).host;
  else link.hostname = link.hostname.replace(".api.", ".");
  link.searchParams.set("cursor", cursor);
  return link.href;
}

interface Numbered {
  readonly number: number;
  readonly row: () => string;
}

function answerPage(question: Question, people: readonly Numbered[]): Answer {
  const cursor = question.query.get("cursor");
  const position = cursor === null ? { backwards: false, beyond: -1 } : readPosition(cursor);
  if (position === undefined) return refused(404, { detail: "Invalid cursor" });
  const { backwards, beyond } = position;
  const size = question.settings.peoplePerPage;
  const ahead = people.filter(({ number }) => (backwards ? number < beyond : number > beyond));
  const page = backwards ? ahead.slice(-size) : ahead.slice(0, size);
  const [first, last] = [page[0]?.number ?? 0, page.at(-1)?.number ?? 0];
  const hasNext = page.length > 0 && people.some(({ number }) => number > last);
  const hasPrevious = page.length > 0 && people.some(({ number }) => number < first);
  const next = hasNext ? linkTo(question, btoa(`p=${last}`)) : null;
  const previous = hasPrevious ? linkTo(question, btoa(`r=1&p=${first}`)) : null;
  const rows = page.map((person) => person.row());
  return envelope({}, next, previous, rows);
}

function answerUsers(question: Question): Answer {
  const { query, fleet } = question;
  const [email, id, archived, integration] = ["email", "id", "archived", "integration_id"].map((name) =>
    query.get(name),
  );
  const users = fleet.state.tenant.users.filter(
    (user) =>
      (!email || user.email.includes(email)) &&
      (!id || user.id === id) &&
      (!archived || String(user.isArchived) === archived) &&
      (!integration || String(user.integration.id) === integration),
  );
  return answerPage(
    question,
    users.map((user) => ({ number: user.number, row: () => userRow(user) })),
  );
}

function answerUser({ fleet, inPath }: Question): Answer {
  const user = fleet.state.tenant.users.find((one) => one.id === inPath[0]);
  if (user === undefined) return notFound();
  const row = userRow(user);
  return good(row, [row]);
}

function answerAdmins(question: Question): Answer {
  const { admins } = question.fleet.state.tenant;
  return answerPage(
    question,
    admins.map((admin, number) => ({ number, row: () => adminRow(admin) })),
  );
}

export const PEOPLE: readonly Endpoint[] = [
  { template: "/api/v1/users", dataset: "users", answer: answerUsers },
  { template: "/api/v1/users/{user_id}", dataset: "users", answer: answerUser },
  { template: "/api/v1/admins", dataset: "admins", answer: answerAdmins },
];
