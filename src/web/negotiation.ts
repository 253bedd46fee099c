/** Whether the asker would rather have a page than JSON. An asker that takes anything (curl, fetch) gets JSON. */
export function prefersPage(accept: string | undefined): boolean {
  let page = 0;
  let json = 0;
  for (const entry of (accept ?? "").toLowerCase().split(",")) {
    const [type = "", ...parameters] = entry.split(";").map((part) => part.trim());
    const quality = qualityIn(parameters);
    if (type === "text/html" || type === "application/xhtml+xml") {
      page = Math.max(page, quality);
    } else if (type === "application/json") {
      json = Math.max(json, quality);
    }
  }
  return page > 0 && page >= json;
}

function qualityIn(parameters: readonly string[]): number {
  const quality = parameters.find((parameter) => parameter.startsWith("q="));
  const value = quality === undefined ? 1 : Number(quality.slice(2));
  return Number.isFinite(value) ? value : 0;
}
