import { EvenkeelError } from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
import { anAbortSignal, callable, nonNegativeInteger, positive, text } from "@evenkeel/tensor/checks";
import type { PublishedFile } from "../catalog.ts";
import { isWebAddress } from "./web-address.ts";

/** None of the addresses could be reached, or none of them has the file; the message lists the reasons. */
export class DownloadError extends EvenkeelError {
  override readonly name = "DownloadError";
  /** Whether a server answered. If none did, this machine is probably offline. */
  readonly wasAnswered: boolean;

  constructor(message: string, options: ErrorOptions & { readonly wasAnswered?: boolean } = {}) {
    super(message, options);
    this.wasAnswered = options.wasAnswered ?? false;
  }
}

export interface DownloadOptions {
  /** Called as bytes arrive. */
  readonly onProgress?: (file: string, bytes: number, totalBytes: number) => void;
  /** The time to wait for a server's answer and for the next bytes. Default: 5 seconds. */
  readonly timeoutMilliseconds?: number;
  readonly signal?: AbortSignal;
}

export const downloadRules: Rules<DownloadOptions> = {
  onProgress: callable,
  timeoutMilliseconds: positive,
  signal: anAbortSignal,
};

export const publishedFile: Rule = {
  expected: "a published file: { file, bytes, sha256 }",
  accepts: (value) => {
    const { file, bytes, sha256 } = (value ?? {}) as Partial<PublishedFile>;
    return text.accepts(file) && nonNegativeInteger.accepts(bytes) && text.accepts(sha256);
  },
};

export const webAddresses: Rule = {
  expected: "an array of at least one http or https address",
  accepts: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((address) => text.accepts(address) && isWebAddress(address)),
};
