import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
const entries = globSync("src/*.ts", { cwd: root });

describe.each(entries)("%s", (entry) => {
  const sources = [...readFileSync(resolve(root, entry), "utf8").matchAll(/from "([^"]+)"/g)].map(
    ([, source]) => source!,
  );

  test("has every name of the packages that it joins, each from one package only", async () => {
    const joined = (await import(resolve(root, entry))) as object;
    const owners = new Map<string, string>();
    for (const source of sources) {
      for (const name of Object.keys((await import(source)) as object)) {
        expect(owners.get(name), `${name} of ${source}`).toBeUndefined();
        owners.set(name, source);
      }
    }
    expect(Object.keys(joined).sort()).toEqual([...owners.keys()].sort());
  });
});
