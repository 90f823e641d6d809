import type { WebgpuBackend } from "@evenkeel/backend-webgpu";
import type { Backend, Launch, OpCase, OpCases, WgslKernel } from "@evenkeel/tensor";
import { makeBackendWith } from "@evenkeel/tensor/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allCases, runCase } from "../../src/index.ts";
import { describeOn } from "../devices.ts";
import { referenceFiles } from "../reference-files.ts";
import { openWebgpu } from "./support.ts";

/** Channels with a whole workgroup: in one tile and in parts; one value, four values, or four channels at a time. */
const channels = [
  "as much as a workgroup keeps",
  "NCHW, runs of several tiles",
  "few channels in parts",
  "NHWC, one quad of channels in parts",
];

/** Lines with a whole workgroup: whole and in parts; one value, four values, or four lines at a time. */
const reduced = ["four long columns", "large: one row in parts", "large: vectors in parts"];
const lines = [
  "long rows",
  "four long columns",
  "large: one line in parts",
  "large: rows of vectors in parts",
];

const selection: { readonly [op: string]: readonly string[] } = {
  statistics: channels,
  batchNormTraining: channels,
  normalizeGradient: channels,
  sum: [...reduced, "i32: large: one row in parts"],
  moments: reduced,
  product: ["four long columns"],
  argmax: lines,
  softmax: lines,
  cumulativeSum: ["large: one line in parts", "large: rows of vectors in parts"],
  softmaxCrossEntropy: ["many classes"],
};

const selected: readonly OpCases[] = Object.entries(selection).map(([name, cases]) => {
  const opCases = allCases.find(({ op }) => op.name === name)!;
  const findCase = (one: string): OpCase => opCases.cases.find((opCase) => opCase.name === one)!;
  // Gradients are separate ops.
  return { ...opCases, cases: cases.map((one) => ({ ...findCase(one), differentiable: false })) };
});

/** The same device, with the plans' kernels modified by `change`. */
function changing(backend: Backend, change: (kernel: WgslKernel) => WgslKernel): Backend {
  const changed = (launch: Launch): Launch =>
    launch.kind === "kernel" ? { ...launch, kernel: change(launch.kernel as WgslKernel) } : launch;
  return makeBackendWith(backend, { launch: (launch) => backend.launch(changed(launch)) });
}

const usesSubgroups = ({ extensions }: WgslKernel): boolean => extensions.includes("subgroups");

/** Assigns other positions to invocations, so that subgroups may begin anywhere. */
function scatter(kernel: WgslKernel): WgslKernel {
  if (!usesSubgroups(kernel)) return kernel;
  const code = `${kernel.code}
@compute @workgroup_size(256)
fn anywhere(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_size) size: u32, @builtin(subgroup_invocation_id) lane: u32,
) {
  workOnLines(group, groups, (index * 5u + 3u) % 256u, size, lane);
}`;
  return { ...kernel, entry: "anywhere", code };
}

const unchanged = (kernel: WgslKernel): WgslKernel => kernel;

const forms = [
  ["with subgroups", [], unchanged],
  ["with subgroups that begin anywhere", [], scatter],
  ["without subgroups", ["subgroups"], unchanged],
] as const;

describeOn("webgpu", "webgpu", () => {
  describe.each(forms)("%s", (_, without, change) => {
    const references = referenceFiles();
    let device: WebgpuBackend;
    beforeAll(async () => {
      device = await openWebgpu({ without });
    });
    afterAll(() => device.close());

    describe.each(selected.map((opCases) => [opCases.op.name, opCases] as const))("%s", (_, opCases) => {
      test.each(opCases.cases.map((opCase) => [opCase.name, opCase] as const))("%s", async (_, opCase) => {
        let launchesInSubgroups = 0;
        const backend = changing(device, (kernel) => {
          if (usesSubgroups(kernel)) launchesInSubgroups++;
          return change(kernel);
        });
        const { status, reason, checks } = await runCase(backend, opCases, opCase, references);
        expect(checks.flatMap(({ check, failure }) => (failure ? [`${check}: ${failure}`] : []))).toEqual([]);
        expect(status, reason).toBe("passed");
        expect(launchesInSubgroups > 0).toBe(device.limits.features.has("subgroups"));
      });
    });
  });
});
