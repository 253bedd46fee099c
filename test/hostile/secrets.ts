/** An installation whose every secret value is known, and a search for them in whatever comes out of it. */

export const kandjiToken = "kj/t0ken+0e5b2b1e&9f=c2";
const apiKey = "0123456789abcdef-datadog-key";
const headerKey = 'header/key+5c1f"<&>-webhook';
const urlKey = "url-key-77ab01cd";
const sourceToken = "better-stack-source-token-4f1c";
const ingestToken = "logscale-ingest-token-93aa0b";
const licenseKey = "eu01xx-new-relic-license-77d1";
const collectorToken = "splunk-00000000-hec0-4000-8000-token00d1";
const collectorCode = "ZaVnC4dhaV1sumo-code==";
const axiomToken = "xaat-00000000-f00d-4000-8000-axiomtoken01";
const pantherPassword = "panther+password/88d0";
const pantherCode = "panther-http-source-5b1e";
const runrevealToken = "runreveal/token+31c7";
const runrevealCode = "runreveal-hook-9f02";
const datableKey = "datable-key-4410ab";
const azureSecret = "azr8Q~sentinel.client-secret_0001";
const googleKey = "AIzaSyD-google-secops-key-000000000000";
const feedSecret = "feed-secret-of-google-secops-0001";
const lokiPassword = "glc_eyJ-loki-password-0001";
const elasticKey = "ZWxhc3RpY2lkMDAxOmVsYXN0aWMta2V5LTAwMQ==";
const otlpKey = "otlp/key+41ad0c&team";
const signingBytes = Buffer.from("a signing secret of 33 bytes 0001");
const signingSecret = `whsec_${signingBytes.toString("base64")}`;
export const adminToken = "admin-0123456789abcdef-admin";
export const viewerToken = "viewer-0123456789abcdef-viewer";
const chainKey = "chain-key-0123456789abcdef";

/** Destinations by the type that they have: one of each type of the registry, or the tests say so. */
export const destinationSecrets: ReadonlyMap<string, object> = new Map<string, object>([
  ["better-stack", { type: "better-stack", ingestingHost: "s1.eu-nbg-2.betterstackdata.com", sourceToken }],
  ["datadog", { type: "datadog", site: "datadoghq.eu", apiKey }],
  ["elastic", { type: "elastic", url: "https://acme.es.eu-west-1.aws.elastic.cloud", apiKey: elasticKey }],
  ["otlp", { type: "otlp", url: "https://otel.example.com:4318", headers: { "x-team": otlpKey } }],
  ["logscale", { type: "logscale", url: "https://cloud.us.humio.com", ingestToken }],
  ["new-relic", { type: "new-relic", region: "eu", licenseKey }],
  ["axiom", { type: "axiom", dataset: "kandji", token: axiomToken }],
  ["datable", { type: "datable", host: "acme", headers: { "X-Key": datableKey } }],
  [
    "panther",
    {
      type: "panther",
      url: `https://logs.acme.runpanther.net/http/${pantherCode}`,
      username: "kandji",
      password: pantherPassword,
    },
  ],
  [
    "runreveal",
    { type: "runreveal", url: `https://api.runreveal.com/sources/hook/${runrevealCode}`, token: runrevealToken },
  ],
  ["r2", { type: "r2", bucket: "ARCHIVE" }],
  [
    "google-secops",
    {
      type: "google-secops",
      format: "raw",
      url: "https://us-chronicle.googleapis.com/v1alpha/feeds/1:importPushLogs",
      apiKey: googleKey,
      secret: feedSecret,
    },
  ],
  ["loki", { type: "loki", url: "https://logs-prod-012.grafana.net", username: "123456", password: lokiPassword }],
  [
    "sentinel",
    {
      type: "sentinel",
      tenantId: "11111111-2222-3333-4444-555555555555",
      clientId: "66666666-7777-8888-9999-000000000000",
      clientSecret: azureSecret,
      url: "https://kandji-a1b2.westeurope-1.ingest.monitor.azure.com",
      dcrImmutableId: "dcr-0123456789abcdef0123456789abcdef",
    },
  ],
  ["splunk-hec", { type: "splunk-hec", url: "https://splunk.example.com:8088", token: collectorToken }],
  ["sumo-logic", { type: "sumo-logic", url: `https://collectors.sumologic.com/receiver/v1/http/${collectorCode}` }],
  [
    "webhook",
    {
      type: "webhook",
      url: `https://logs.example.com/in/${urlKey}?key=${urlKey}`,
      gzip: true,
      headers: { Authorization: `Bearer ${headerKey}` },
      signingSecret,
    },
  ],
]);

export const tenantSecret = { subdomain: "acme", token: kandjiToken } as const;

export const environment: Readonly<Record<string, string>> = {
  TENANT_ACME: JSON.stringify(tenantSecret),
  ...Object.fromEntries(
    [...destinationSecrets].map(([type, secret]) => [
      `DESTINATION_${type.toUpperCase().replaceAll("-", "_")}`,
      JSON.stringify(secret),
    ]),
  ),
  ADMIN_TOKEN: adminToken,
  VIEWER_TOKEN: viewerToken,
  CHAIN_KEY: chainKey,
};

const values = [
  kandjiToken,
  apiKey,
  sourceToken,
  ingestToken,
  licenseKey,
  collectorToken,
  collectorCode,
  axiomToken,
  pantherPassword,
  pantherCode,
  runrevealToken,
  runrevealCode,
  datableKey,
  azureSecret,
  googleKey,
  feedSecret,
  lokiPassword,
  elasticKey,
  otlpKey,
  headerKey,
  urlKey,
  signingSecret,
  adminToken,
  viewerToken,
  chainKey,
];

/** Ways in which a value may be written and still be read by anybody. */
const spellings = (value: string): string[] => [
  value,
  JSON.stringify(value).slice(1, -1),
  value.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  encodeURIComponent(value),
  Buffer.from(value).toString("base64"),
];

const sought = new Map(values.flatMap((value) => spellings(value).map((spelling) => [spelling, value])));
// The bytes that sign are a secret without their prefix, too.
sought.set(signingBytes.toString("base64"), signingSecret);

/** The secrets that stand in a text, in whatever spelling. */
export const secretsIn = (text: string): string[] => [
  ...new Set([...sought].flatMap(([spelling, value]) => (text.includes(spelling) ? [value] : []))),
];
