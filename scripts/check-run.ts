/** Checks the results of a run of the main job: `node scripts/check-run.ts <folder> [minimum accuracy with batch norm]`. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

interface Arm {
  readonly normalization: string;
  readonly testAccuracy: number;
  readonly stepsTo85: number | null;
  readonly imagesPerSecond: number;
  readonly epochs: number;
  readonly parameters: number;
}

const [folder, least = "0.6"] = process.argv.slice(2) as [string, string?];

function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(`${folder}: ${what}`);
}

const summary = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")) as {
  readonly dataset: string;
  readonly synthetic: boolean;
  readonly backend: string;
  readonly device: string;
  readonly arms: readonly Arm[];
};
const keys = Object.keys(summary).sort().join();
expectThat(
  keys === "arms,backend,dataset,device,seed,synthetic,threads",
  `summary.json: found the keys ${keys}`,
);
expectThat(
  summary.arms.map(({ normalization }) => normalization).join() === "batch,none",
  "expected both arms",
);
for (const arm of summary.arms) {
  const { normalization, testAccuracy, imagesPerSecond, parameters } = arm;
  expectThat(testAccuracy >= 0 && testAccuracy <= 1, `${normalization}: found the accuracy ${testAccuracy}`);
  expectThat(imagesPerSecond > 0 && parameters > 0, `${normalization}: found ${JSON.stringify(arm)}`);
  expectThat(
    statSync(join(folder, normalization, "model.safetensors")).size > 4 * parameters,
    "weights are too small",
  );
}
const { testAccuracy } = summary.arms[0]!;
expectThat(
  testAccuracy >= Number(least),
  `with batch norm: found the accuracy ${testAccuracy}, expected ${least}`,
);
const page = readFileSync(join(folder, "report.html"), "utf8");
for (const part of ["<svg", 'class="findings"', "Confusion matrices", "Worst mistakes"]) {
  expectThat(page.includes(part), `report.html: found no ${part}`);
}
expectThat(
  realpathSync(join(dirname(folder), "latest")) === realpathSync(folder),
  "`latest` points elsewhere",
);
console.log(`${summary.dataset} on ${summary.backend} (${summary.device}): ${JSON.stringify(summary.arms)}`);
