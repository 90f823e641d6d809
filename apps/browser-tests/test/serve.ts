import { readFile } from "node:fs/promises";
import { createServer, type OutgoingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const isolation: OutgoingHttpHeaders = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const policy = (scripts: string): OutgoingHttpHeaders => ({
  "Content-Security-Policy": `default-src 'self'; img-src data:; script-src 'self' ${scripts}`,
});

export type Setting = "plain" | "isolated" | "isolated-without-blobs" | "without-wasm";

/** The first part of a path selects the headers with which the page is served. */
const headersOf: { readonly [setting in Setting]: OutgoingHttpHeaders } = {
  plain: {},
  isolated: isolation,
  "isolated-without-blobs": { ...isolation, ...policy("'wasm-unsafe-eval'") },
  "without-wasm": policy(""),
};

const types: { readonly [extension: string]: string } = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

/** Serves a folder under a path for each setting; returns the origin and a function that stops the server. */
export async function serve(folder: string): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const server = createServer(async ({ url = "/" }, response) => {
    const [, setting = "", ...path] = new URL(url, "http://localhost").pathname.split("/");
    const file = join(folder, normalize(`/${path.join("/") || "index.html"}`));
    try {
      if (!Object.hasOwn(headersOf, setting)) throw new Error("unknown setting");
      const contents = await readFile(file);
      response.writeHead(200, {
        "Content-Type": types[extname(file)] ?? "application/octet-stream",
        ...headersOf[setting as Setting],
      });
      response.end(contents);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
