import { afterEach, expect, test, vi } from "vitest";
import { findMachine, findSoftwareDriver, type Machine, showsGpu } from "./software-driver.ts";

const machine = (files: readonly string[], platform = "linux"): Machine => ({
  platform,
  home: "/home/me",
  exists: (path) => files.some((file) => file === path || file.startsWith(`${path}/`)),
  list: (folder) =>
    files
      .filter((file) => file.startsWith(`${folder}/`))
      .map((file) => file.slice(folder.length + 1).split("/")[0]!),
});

const ofDebian = "/usr/lib/chromium/vk_swiftshader_icd.json";
const downloaded = "/home/me/.cache/ms-playwright/chromium-1200/chrome-linux64/vk_swiftshader_icd.json";

test.each([
  ["an installed browser", machine([ofDebian, downloaded]), ofDebian],
  ["a downloaded one", machine([downloaded]), downloaded],
  ["no browser", machine([]), undefined],
])("the software driver comes with %s", (_, found, expected) => {
  expect(findSoftwareDriver(found)).toBe(expected);
});

test.each([
  ["a server without one", machine([ofDebian]), false],
  ["a machine with a driver of the kernel", machine(["/dev/dri/card0"]), true],
  ["Linux on Windows", machine(["/dev/dxg"]), true],
  ["another system", machine([], "darwin"), true],
])("signs of a GPU on %s", (_, found, expected) => {
  expect(showsGpu(found)).toBe(expected);
});

afterEach(() => vi.unstubAllGlobals());

test("the machine is searched only in Node, unless a driver is specified", async () => {
  const searched = { ...process, env: { ...process.env, VK_DRIVER_FILES: undefined } };
  vi.stubGlobal("process", { ...searched, getBuiltinModule: undefined });
  expect((await findMachine())!.list("/")).not.toEqual([]);
  vi.stubGlobal("process", { ...searched, env: { VK_DRIVER_FILES: "some.json" } });
  expect(await findMachine()).toBeUndefined();
  vi.stubGlobal("process", undefined);
  expect(await findMachine()).toBeUndefined();
});
