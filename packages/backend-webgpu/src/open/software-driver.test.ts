import { expect, test } from "vitest";
import { findSoftwareDriver, type Machine } from "./software-driver.ts";

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
  ["a GPU", machine([ofDebian, "/dev/dri/card0"]), undefined],
  ["Windows' GPU", machine([ofDebian, "/dev/dxg"]), undefined],
  ["another system", machine([ofDebian], "darwin"), undefined],
])("the software driver on a machine with %s", (_, found, expected) => {
  expect(findSoftwareDriver(found)).toBe(expected);
});
