import { OpfsLogStore } from "@evenkeel/nn/browser";

/** Appends two lines to a log that pages and workers share; resolves with its text. */
export async function writeLog(from: string): Promise<string> {
  const store = new OpfsLogStore("runs/logged");
  for (const line of ["first", "second"]) {
    await store.append("train/log.csv", new TextEncoder().encode(`${from},${line}\n`));
  }
  return new TextDecoder().decode(await store.load("train/log.csv"));
}
