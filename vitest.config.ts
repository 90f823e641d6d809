import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const conditions = ["@evenkeel/source", "node", "import", "module", "default"];

const everyTest = [
  "packages/*/{src,test}/**/*.test.ts",
  "apps/**/{src,test}/**/*.test.ts",
  "scripts/**/*.test.ts",
];
/** They drive a real browser. */
const inBrowsers = ["apps/browser-tests/test/**/*.test.ts"];
/** They need a GPU, which may be one in software, and nothing of their own from the CPU backend. */
const onGpus = [
  "packages/conformance/test/webgpu/**/*.test.ts",
  "apps/examples/image-classification/test/backends.test.ts",
  "apps/bench/test/gpu.test.ts",
];
/** They declare tests for both devices, and run once for each: `describeOn`, `onEachBackend`. */
const onBothDevices = [
  "packages/conformance/test/batchnorm/*.test.ts",
  "packages/conformance/test/{attention,host-step,image-boxes,range-checks,scatter}.test.ts",
  "packages/conformance/test/nn/{detection-metrics,fit-launches,metrics,non-finite,optimizer-papers,sequence-layers,whole-steps}.test.ts",
  "packages/conformance/test/pytorch/{losses,metrics,more-losses,movement,optimizers,scatter,training}.test.ts",
  "packages/conformance/test/tensorboard/histograms.test.ts",
];
/** They need neither, and take seconds: every case of every op, plans over whole arrays, and programs in processes of their own. */
const longOnTheCpu = [
  "packages/conformance/test/{command,cpu,high-memory,killed-runs,reference,wide}.test.ts",
  "packages/conformance/test/{models,pytorch}/**/*.test.ts",
  "packages/conformance/test/{batchnorm/shapes,nn/fit}.test.ts",
  "packages/batchnorm/test/kernels.test.ts",
  "packages/tensor/src/ops/{convolution/convolution,matmul/matmul}.test.ts",
  "packages/backend-cpu/{test/*,src/expression/functions/functions}.test.ts",
  "packages/evenkeel/test/{bundles,examples,label-ranges}.test.ts",
  "apps/bench/test/run.test.ts",
  "apps/examples/image-classification/test/{command-line,data,run}.test.ts",
  "apps/examples/text-classification/test/run.test.ts",
  "apps/examples/translation/test/run.test.ts",
  "apps/examples/object-detection/test/{reference,run}.test.ts",
  "apps/examples/short-programs/test/*.test.ts",
  "apps/evidence/test/run.test.ts",
  "scripts/bootstrap.test.ts",
];

/** They replace modules, need plans that nothing has loaded, or watch what the whole process frees. */
const inFreshProcesses = [
  "packages/tensor/src/node/write-order.test.ts",
  "packages/tensor/src/core/memory/{leak-report,unscoped-memory}.test.ts",
  "packages/tensor/src/core/plans/plan-tables.test.ts",
  "packages/nn/src/training/measurements/late-reader.test.ts",
  "packages/conformance/test/nn/leaks.test.ts",
];

/** In the order in which they start: a file that takes minutes would run alone at the end if it started last. */
const longestFiles = [
  /browser-tests\/test\/(conformance|same-bits|training)\.test\.ts$/,
  /conformance\/test\/webgpu\/operations-\d\.test\.ts$/,
  /(bench\/test\/gpu|test\/backends|webgpu\/(training|subgroups|batch-norm-halves))\.test\.ts$/,
  /(conformance\/test\/(cpu|reference)|batchnorm\/test\/kernels)\.test\.ts$/,
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const findPlace = ({ moduleId }: TestSpecification): number => {
      const place = longestFiles.findIndex((file) => file.test(moduleId));
      return place < 0 ? longestFiles.length : place;
    };
    return sorted.sort((one, other) => findPlace(one) - findPlace(other));
  }
}

/** The cache of compiled modules for workers and for programs that tests start, which then need a third of the CPU time to start. */
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/compiled-modules");

/** A group of tests by what they need. `device` is the one that tests for several devices run on. */
const project = (
  name: string,
  device: "cpu" | "webgpu",
  include: string[],
  {
    exclude = [],
    ...setup
  }: { exclude?: string[]; isolate?: boolean; globalSetup?: string; setupFiles?: string } = {},
) => ({
  extends: true as const,
  test: {
    name,
    include,
    ...setup,
    provide: { device },
    exclude: ["**/node_modules/**", "**/dist/**", ...exclude],
  },
});

const patientPolling = "packages/conformance/test/webgpu/patient-polling.ts";
const pageServer = "apps/browser-tests/test/page-server.ts";

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: [
      // Its files share processes, so that each process loads the modules once instead of for each file.
      project("quick", "cpu", everyTest, {
        exclude: [...inBrowsers, ...onGpus, ...longOnTheCpu, ...inFreshProcesses],
        isolate: false,
      }),
      project("fresh", "cpu", inFreshProcesses),
      project("cpu", "cpu", longOnTheCpu),
      project("webgpu", "webgpu", [...onGpus, ...onBothDevices], { setupFiles: patientPolling }),
      project("browser", "webgpu", inBrowsers, { globalSetup: pageServer }),
    ],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One more than there are processors: tests of a GPU or a browser wait for another process half of the time.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
  },
});

declare module "vitest" {
  interface ProvidedContext {
    readonly device: "cpu" | "webgpu";
  }
}

export default config;
