import type { IncomingMessage } from "node:http";
import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { describeValue } from "@evenkeel/tensor/checks";
import { DownloadError } from "../published/download-options.ts";
import { isWebAddress } from "../published/web-address.ts";

export interface RequestOptions {
  /** The first byte that is asked for. */
  readonly from: number;
  readonly timeoutMilliseconds: number;
  readonly signal?: AbortSignal;
}

const mostRedirects = 5;

/**
 * The answer of a server, with its body as it was sent: `fetch` would decompress it according to the header
 * `content-encoding`, but published checksums are those of compressed files. Throws DownloadError for any status but
 * success, and after a timeout.
 */
export async function requestAnswer(url: string, options: RequestOptions): Promise<IncomingMessage> {
  let target = new URL(url);
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const answer = await send(target, options);
    const { statusCode = 0, statusMessage = "", headers } = answer;
    if (statusCode === 200 || statusCode === 206) return answer;
    answer.destroy();
    if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) {
      throw new DownloadError(`the server answered ${statusCode} ${statusMessage}`, { wasAnswered: true });
    }
    if (!isWebAddress(headers.location, target)) {
      throw new DownloadError(
        `found a redirect to ${describeValue(headers.location)}, expected an http or https address`,
        { wasAnswered: true },
      );
    }
    target = new URL(headers.location, target);
  }
  throw new DownloadError(`found more than ${mostRedirects} redirects, expected at most ${mostRedirects}`, {
    wasAnswered: true,
  });
}

function send(url: URL, { from, timeoutMilliseconds, signal }: RequestOptions): Promise<IncomingMessage> {
  const headers = {
    "user-agent": "evenkeel",
    "accept-encoding": "identity",
    ...(from > 0 && { range: `bytes=${from}-` }),
  };
  const request = url.protocol === "https:" ? secureRequest : plainRequest;
  return new Promise((resolve, reject) => {
    let answer: IncomingMessage | undefined;
    const sent = request(url, { headers, signal, timeout: timeoutMilliseconds });
    sent.on("timeout", () =>
      (answer ?? sent).destroy(
        new DownloadError(`no data for ${timeoutMilliseconds / 1000} seconds`, {
          wasAnswered: answer !== undefined,
        }),
      ),
    );
    sent.on("error", (error) => reject(asDownloadError(error)));
    sent.on("response", (response) => {
      answer = response;
      resolve(response);
    });
    sent.end();
  });
}

/** The body of an answer, as it arrives. Throws DownloadError if the connection breaks. */
export async function* readChunks(answer: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* answer;
  } catch (error) {
    throw asDownloadError(error as Error, true);
  }
}

/** If all addresses of a host fail, Node's error has a code and no message. */
function asDownloadError(error: NodeJS.ErrnoException, wasAnswered: boolean = false): DownloadError {
  return error instanceof DownloadError
    ? error
    : new DownloadError(error.message || error.code || error.name, { cause: error, wasAnswered });
}
