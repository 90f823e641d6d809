import { mapInWorkers, type PublishedSet, readCsv } from "@evenkeel/datasets";
import { fetchPublishedFile, loadPublished } from "@evenkeel/datasets/browser";

const file = "index.html";

/** A set of one file that the page's own server has. */
async function describeOwnFile(): Promise<PublishedSet<"page", string>> {
  const bytes = await (await fetch(file)).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return {
    name: "pages",
    folder: "pages",
    addresses: [new URL(".", location.href).href.replace(/\/$/, "")],
    parts: { page: { text: { file, bytes: bytes.byteLength, sha256 } } },
    read: async ({ text }) => new TextDecoder().decode(text),
  };
}

/** Fetches a file into the cache, reads it from there and from a chosen file; resolves with the results that a test expects. */
export async function loadSets(): Promise<object> {
  const set = await describeOwnFile();
  const nowhere = { ...set, addresses: [`${set.addresses[0]}/nowhere`] };
  const shares: number[] = [];
  const onProgress = (_: string, bytes: number, totalBytes: number) => shares.push(bytes / totalBytes);
  const fetched = await loadPublished(set, { onProgress });
  const cached = await loadPublished(nowhere);
  const chosen = await loadPublished(nowhere, {
    files: [new File([fetched.page], file)],
    cacheFolder: null,
  });
  const missing = await loadPublished(nowhere, { cacheFolder: null }).catch((error: Error) => error);
  const damaged = { ...set.parts.page.text!, sha256: "0".repeat(64) };
  const wrong = await fetchPublishedFile(damaged, set.addresses).catch((error: Error) => error);
  return {
    isHtml: fetched.page.startsWith("<!doctype html>"),
    areEqual: cached.page === fetched.page && chosen.page === fetched.page,
    progress: shares.at(-1),
    missing: String(missing),
    wrong: String(wrong),
  };
}

/** Reads a table from the answer of `fetch`; resolves with its rows. */
export async function readTable(): Promise<unknown[]> {
  const rows: unknown[] = [];
  const table = URL.createObjectURL(new Blob(['text,size\n"a, b",2\n']));
  for await (const row of readCsv(await fetch(table), { types: { size: "i32" } })) rows.push(row);
  return rows;
}

/** Changes examples in workers that the library starts for a module, and in those of a bundler; resolves with one of each. */
export async function changeInWorkers(): Promise<unknown[]> {
  const code = "export default (value) => ({ inputs: Float32Array.of(value, 2 * value) });";
  const module = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const spawn = () => new Worker(new URL("./decode.worker.ts", import.meta.url), { type: "module" });
  const ofModule = mapInWorkers<number, { inputs: Float32Array }>([1, 2, 3], module, { workers: 2 });
  const ofBundle = mapInWorkers<string, { inputs: Uint8Array }>(["a", "b"], spawn, { workers: 2 });
  try {
    const [one, other] = await Promise.all([ofModule.get(2), ofBundle.get(1)]);
    return [[...one.inputs], [...other.inputs]];
  } catch (error) {
    return [String(error)];
  } finally {
    await Promise.all([ofModule.close(), ofBundle.close()]);
  }
}
