import { describe, expect, it } from "vitest";
import { checkApiUrl, checkIntakeUrl } from "../../src/config/hosts.ts";

describe("the API URL of a tenant", () => {
  it.each([
    "https://acme.api.kandji.io",
    "https://acme.api.kandji.io/",
    "https://ACME.api.kandji.io:443",
    "https://acme.api.eu.kandji.io",
    "https://acme.api.iru.com",
    "https://a-1.api.eu.iru.com",
  ])("takes %s", (text) => {
    expect(checkApiUrl(text, false)).toBeUndefined();
  });

  it.each([
    ["acme.api.kandji.io", "is not a web address"],
    ["", "is not a web address"],
    ["http://acme.api.kandji.io", "does not begin with https://"],
    ["ftp://acme.api.kandji.io", "does not begin with https://"],
    ["https://acme.kandji.io", "is the address of the console, not of the API"],
    ["https://acme.eu.kandji.io", "is the address of the console, not of the API"],
    ["https://acme.iru.com", "is the address of the console, not of the API"],
    ["https://api.kandji.io", "is the address of the console, not of the API"],
    ["https://acme.api.kandji.io/api/v1", "has more than a host"],
    ["https://acme.api.kandji.io/?", "has more than a host"],
    ["https://acme.api.kandji.io?x=1", "has more than a host"],
    ["https://acme.api.kandji.io#x", "has more than a host"],
    ["https://acme.api.kandji.io:8443", "is not an API host of Kandji or Iru"],
    ["https://acme.api.kandji.io.evil.com", "is not an API host of Kandji or Iru"],
    ["https://acme.api.kandji.io.", "is not an API host of Kandji or Iru"],
    ["https://evil.com", "is not an API host of Kandji or Iru"],
    ["https://a.b.api.kandji.io", "is not an API host of Kandji or Iru"],
    ["https://acme.api.us.kandji.io", "is not an API host of Kandji or Iru"],
    ["https://acme.clients.us-1.kandji.io", "is not an API host of Kandji or Iru"],
    ["https://acmeapi.kandji.io.evil", "is not an API host of Kandji or Iru"],
    ["https://acme.api.kandji.io@evil.com", "carries a user name or a password"],
    ["https://u:p@acme.api.kandji.io", "carries a user name or a password"],
  ])("refuses %s", (text, what) => {
    expect(checkApiUrl(text, false)?.what).toBe(what);
  });

  it("goes anywhere in development, but still is a host and no more", () => {
    expect(checkApiUrl("http://127.0.0.1:8787", true)).toBeUndefined();
    expect(checkApiUrl("http://localhost:8787/", true)).toBeUndefined();
    expect(checkApiUrl("http://localhost:8787/api", true)?.what).toBe("has more than a host");
    expect(checkApiUrl("ftp://localhost", true)?.what).toBe("does not begin with https://");
  });
});

describe("the URL of an intake", () => {
  it.each([
    "https://logs.example.com",
    "https://logs.example.com.",
    "https://logs.example.com:8088/in?key=1",
    "https://10.example.com",
    "https://bücher.example",
    "https://localhost.example.com",
  ])("takes %s", (text) => {
    expect(checkIntakeUrl(new URL(text), false)).toBeUndefined();
  });

  it.each([
    "https://127.0.0.1",
    "https://8.8.8.8",
    "https://2130706433",
    "https://0x7f000001",
    "https://0x7f.1",
    "https://0177.0.0.1",
    "https://127.1",
    "https://127.0.0.1.",
    "https://①②⑦.0.0.1",
    "https://[::1]",
    "https://[::ffff:127.0.0.1]",
    "https://[2606:4700::1111]",
  ])("refuses the IP address in %s", (text) => {
    expect(checkIntakeUrl(new URL(text), false)?.what).toBe("names a host by its IP address");
  });

  it.each([
    "https://localhost",
    "https://localhost.",
    "https://LOCALHOST:8080",
    "https://a.localhost",
    "https://printer.local",
    "https://x.localdomain",
    "https://metadata.google.internal",
    "https://metadata.google.internal.",
    "https://nas.home.arpa",
    "https://intranet",
  ])("refuses the inner name in %s", (text) => {
    expect(checkIntakeUrl(new URL(text), false)?.what).toBe("names a host that is not on the internet");
  });

  it("wants https", () => {
    expect(checkIntakeUrl(new URL("http://logs.example.com"), false)?.what).toBe("does not begin with https://");
  });

  it("goes anywhere in development", () => {
    for (const text of ["http://127.0.0.1:1", "https://[::1]", "http://localhost", "http://intranet"]) {
      expect(checkIntakeUrl(new URL(text), true)).toBeUndefined();
    }
  });
});
