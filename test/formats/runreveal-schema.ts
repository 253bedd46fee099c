/** RunReveal's structured webhook: https://docs.runreveal.com/sources/source-types/structured-webhooks. */

const isTextMap = (value: unknown, keys?: readonly string[]): boolean =>
  typeof value === "object" &&
  value !== null &&
  Object.entries(value).every(
    ([key, text]) => typeof text === "string" && text !== "" && (keys?.includes(key) ?? true),
  );

/** What its names may hold; `record` is ours, and its normaliser passes over it. */
const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  eventName: (value) => typeof value === "string" && value !== "",
  eventTime: (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)),
  readOnly: (value) => value === false,
  actor: (value) => isTextMap(value, ["id", "email", "username"]),
  service: (value) => isTextMap(value, ["name"]),
  resources: (value) => Array.isArray(value) && value.every((one) => isTextMap(one, ["type", "id", "name"])),
  tags: (value) => isTextMap(value),
  record: () => true,
};

/** What is not as it should be. */
export function wrongInRunreveal(event: Readonly<Record<string, unknown>>): string[] {
  const keys = Object.keys(event);
  const { readOnly, service, tags } = event as Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
  return [
    ...Object.entries(event).flatMap(([key, value]) => (types[key]?.(value) === true ? [] : [key])),
    ...(keys[0] === "eventName" && keys.at(-1) === "record" ? [] : ["the order"]),
    ...(readOnly !== undefined && service?.["name"] === "kandji" && tags?.["tenant"] === "acme"
      ? []
      : ["what all have"]),
  ];
}
