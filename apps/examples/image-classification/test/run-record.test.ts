import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadData } from "../src/data.ts";
import type { Options } from "../src/options.ts";
import { parseOptions } from "../src/options.ts";
import { resumedOptions, saveOptions } from "../src/saved-options.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-options-"));
});
afterAll(() => rm(folder, { recursive: true }));

const started = parseOptions(["--model", "mlp", "--epochs", "7", "--images", "300", "--threads", "2"])!;
const asked = parseOptions(["--resume", "--out", "there", "--threads", "1"])!;

describe("the options of a resumed run", () => {
  it("are those it was started with, but for threads", async () => {
    await saveOptions(folder, { ...started, trainedOn: "synthetic" });
    const resumed: Options = { ...started, threads: 1, resume: true, out: "there", trainedOn: "synthetic" };
    expect(await resumedOptions(asked, folder)).toEqual(resumed);
  });

  it.each([
    ["{}", "options.json: found no dataset, expected the options of a run"],
    ["null", "options.json: found no dataset, expected the options of a run"],
    ["{", "options.json: found damaged JSON"],
    [JSON.stringify({ ...started, epochs: -1 }), 'options.json: --epochs: found "-1"'],
    [JSON.stringify({ ...started, trainedOn: 3 }), "options.json: trainedOn: found 3, expected a name"],
  ])("are checked: %s", async (text, message) => {
    await writeFile(join(folder, "options.json"), text);
    await expect(resumedOptions(asked, folder)).rejects.toThrow(message);
  });

  it("keep to the figures that were drawn, though the published set may be there by now", async () => {
    const data = await loadData({ ...started, trainedOn: "synthetic" }, () => {});
    expect(data).toMatchObject({ name: "synthetic", synthetic: true });
  });
});
