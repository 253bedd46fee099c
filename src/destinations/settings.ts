import * as z from "zod";
import { Secret } from "../secret.ts";

/** The pieces that secrets are made of. A complaint says what is wrong and what mends it, and never repeats the value. */

export interface Complaint {
  /** Goes on after the name of the key: `is empty`. */
  readonly what: string;
  readonly fix: string;
}

export type Check = (value: string) => Complaint | undefined;

/** A text that `check` accepts. The mend travels in the issue's `params`. */
export function checkedText(check: Check): z.ZodString {
  return z.string().superRefine((value, context) => {
    const complaint = check(value);
    if (complaint !== undefined) context.addIssue(issueOf(complaint));
  });
}

export function issueOf(
  complaint: Complaint,
  path: readonly string[] = [],
): z.core.$ZodRawIssue<z.core.$ZodIssueCustom> {
  return { code: "custom", message: complaint.what, params: { fix: complaint.fix }, path: [...path], input: undefined };
}

/** A token or key: opaque, but it must survive as the value of a header. */
export const credential = checkedText(checkCredential).transform((value) => new Secret(value));

function checkCredential(value: string): Complaint | undefined {
  if (value === "") return { what: "is empty", fix: "Put the value that was shown when it was created" };
  if (/^bearer\s/iu.test(value))
    return { what: "begins with the word Bearer", fix: "Leave that word out, the forwarder adds it" };
  if (/^[\x21-\x7e]+$/u.test(value)) return undefined;
  return {
    what: "has a blank, a line break or a character that no credential has",
    fix: "Copy it again, with nothing before and after it",
  };
}

/** A web address; whether its host may be used is judged where it is known what is allowed. */
export const webAddress = checkedText(checkWebAddress).transform((value) => new URL(value));

function checkWebAddress(value: string): Complaint | undefined {
  const whole = "Write the whole address, such as https://logs.example.com/intake";
  if (!URL.canParse(value)) return { what: "is not a web address", fix: whole };
  const url = new URL(value);
  if (url.protocol !== "https:" && url.protocol !== "http:") return { what: "is not a web address", fix: whole };
  if (url.username !== "" || url.password !== "") {
    return {
      what: "carries a user name or a password",
      fix: "Leave them out of the address and send them as a header",
    };
  }
  if (url.hash !== "" || value.includes("#"))
    return { what: "has a fragment", fix: "Leave out the # and what follows it" };
  return undefined;
}

const tokenCharacters = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/u;
const valueCharacters = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/u;

/** Set by the HTTP client, for whom a second opinion would mean a broken request (RFC 9110 §7.6.1, §8.6). */
export const transportHeaders = [
  "host",
  "content-length",
  "content-encoding",
  "transfer-encoding",
  "connection",
  "keep-alive",
  "upgrade",
  "te",
  "trailer",
  "expect",
  "proxy-connection",
] as const;

/** Headers that an operator adds. Line breaks would let a value write further headers: RFC 9110 §5.5. */
export function extraHeaders(reserved: ReadonlySet<string>): z.ZodType<Record<string, string>> {
  const value = checkedText((text) =>
    valueCharacters.test(text) || text === ""
      ? undefined
      : {
          what: "has a blank at its edge, a line break or a character that no header has",
          fix: "Use printable ASCII only, with no blank at the edges",
        },
  );
  return z.record(z.string(), value).superRefine((headers, context) => {
    const seen = new Set<string>();
    for (const name of Object.keys(headers)) {
      const complaint = checkHeaderName(name, reserved, seen);
      seen.add(name.toLowerCase());
      if (complaint !== undefined) context.addIssue(issueOf(complaint, [name]));
    }
  });
}

function checkHeaderName(
  name: string,
  reserved: ReadonlySet<string>,
  seen: ReadonlySet<string>,
): Complaint | undefined {
  if (!tokenCharacters.test(name)) {
    return { what: "is not the name of a header", fix: "Use letters, digits and hyphens, such as X-Source" };
  }
  if (reserved.has(name.toLowerCase())) {
    return {
      what: "is a header that the forwarder sets itself",
      fix: "Remove it, or send the value under another name",
    };
  }
  if (seen.has(name.toLowerCase())) return { what: "is given twice", fix: "Keep one of them" };
  return undefined;
}
