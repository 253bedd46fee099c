import * as z from "zod";
import { datasets } from "../datasets/registry.ts";
import { checkedText, type Complaint, credential, issueOf } from "../destinations/settings.ts";
import { datasetOptions } from "./dataset-options.ts";
import { checkApiUrl } from "./hosts.ts";

/** What `TENANT_<NAME>` may hold. */

// https://api-docs.kandji.io, "Rate limits": 10,000 requests per hour and tenant, shared with all of its tools.
const requestsPerHour = 10_000;

const noDatasets: Complaint = {
  what: "names no dataset",
  fix: "Name at least one, or leave the key out for audit-events",
};
const noDestinations: Complaint = {
  what: "names no destination",
  fix: "Name at least one, or leave the key out for all of them",
};

/** A quarter of what Kandji grants all tools of a tenant together. */
export const defaultRequestsPerHour = 2_500;

const datasetShape = Object.fromEntries(
  [...datasets].map(([name, dataset]) => [
    name,
    datasetOptions(dataset)
      .optional()
      .meta({ description: dataset.holds, examples: [{}] }),
  ]),
);

const datasetsKey = z
  .strictObject(datasetShape)
  .superRefine((chosen, context) => {
    if (Object.keys(chosen).length === 0 && context.issues.length === 0) context.addIssue(issueOf(noDatasets));
  })
  .prefault({ "audit-events": {} })
  .meta({
    description: "Which datasets to collect, each with its options",
    default: { "audit-events": {} },
    examples: [{ "audit-events": {}, devices: { every: "1h" } }],
  });

// An empty list would let nothing through, and means all to some of Kandji's endpoints.
const words = z.array(z.string().min(1)).min(1).optional();

const filtersKey = z
  .strictObject({
    blueprints: words.meta({ description: "Ids of blueprints", examples: [["8e5f1c20-7b3a-4d19-8c66-0a9d4b2e7f31"]] }),
    deviceFamilies: words.meta({
      description: "Families of devices: Mac, iPhone, iPad, AppleTV, Windows, Android",
      examples: [["Mac", "iPhone"]],
    }),
    tags: words.meta({ description: "Names of tags", examples: [["production"]] }),
  })
  .optional()
  .meta({ description: "Narrows the datasets that are about devices", examples: [{ deviceFamilies: ["Mac"] }] });

const destinationsKey = z
  .array(checkedText(checkDestinationId))
  .superRefine((chosen, context) => {
    if (chosen.length === 0) context.addIssue(issueOf(noDestinations));
  })
  .optional()
  .meta({ description: "Ids of the destinations to send to; all when left out", examples: [["siem"]] });

/** The schema of a tenant's secret; in development other hosts than Kandji's are let through. */
export function tenantSecret(allowLocal: boolean) {
  return z
    .strictObject({
      subdomain: checkedText(checkSubdomain)
        .optional()
        .meta({ description: "First part of the tenant's address: acme for acme.kandji.io", examples: ["acme"] }),
      region: z
        .enum(["us", "eu"])
        .optional()
        .meta({ description: "Region of the tenant", default: "us", examples: ["us", "eu"] }),
      apiUrl: checkedText((text) => checkApiUrl(text, allowLocal))
        .optional()
        .meta({
          description: "API URL as the console shows it, in place of subdomain and region",
          format: "uri",
          examples: ["https://acme.api.kandji.io"],
        }),
      token: credential.meta({ description: "API token of the tenant", examples: ["…"] }),
      datasets: datasetsKey,
      filters: filtersKey,
      destinations: destinationsKey,
      jurisdiction: z
        .enum(["eu", "us", "fedramp"])
        .optional()
        .meta({ description: "Where Cloudflare keeps this tenant's state", examples: ["eu"] }),
      maxRequestsPerHour: z
        .int()
        .min(1)
        .max(requestsPerHour)
        .default(defaultRequestsPerHour)
        .meta({
          description: "Our share of the 10,000 requests per hour that Kandji gives a tenant",
          examples: [defaultRequestsPerHour],
        }),
    })
    .superRefine((chosen, context) => {
      for (const [key, complaint] of checkAddress(chosen)) context.addIssue(issueOf(complaint, [key]));
    })
    .meta({
      title: "TENANT_<NAME>",
      description: "Secret of one Kandji/Iru tenant of kandji-forwarder",
      oneOf: [{ required: ["subdomain"] }, { required: ["apiUrl"] }],
    });
}

export type TenantSecret = z.output<ReturnType<typeof tenantSecret>>;

function checkSubdomain(text: string): Complaint | undefined {
  // A DNS label: RFC 1123 §2.1.
  if (/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/iu.test(text)) return undefined;
  return {
    what: "is not a subdomain",
    fix: "Write only the first part of the tenant's address, acme for acme.kandji.io",
  };
}

function checkDestinationId(text: string): Complaint | undefined {
  if (/^[a-z0-9][a-z0-9-]*$/u.test(text)) return undefined;
  return {
    what: "is not the id of a destination",
    fix: "Write what follows DESTINATION_ in the secret's name, in lower case and with - for _",
  };
}

interface Address {
  readonly subdomain?: string | undefined;
  readonly region?: string | undefined;
  readonly apiUrl?: string | undefined;
}

function checkAddress({ subdomain, region, apiUrl }: Address): [keyof Address, Complaint][] {
  if (apiUrl === undefined) {
    return subdomain === undefined
      ? [["subdomain", { what: "is missing", fix: 'Add the key "subdomain", or "apiUrl"' }]]
      : [];
  }
  const besides = { what: 'cannot stand beside "apiUrl"', fix: 'Remove it, or remove "apiUrl"' };
  const wrong: [keyof Address, Complaint][] = [];
  if (subdomain !== undefined) wrong.push(["subdomain", besides]);
  if (region !== undefined) wrong.push(["region", besides]);
  return wrong;
}
