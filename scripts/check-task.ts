/** Checks the results of a quick run of an example task: `node scripts/check-task.ts <folder> <data set>`. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const [folder, dataset] = process.argv.slice(2) as [string, string];

function expectThat(holds: boolean, what: string): void {
  if (!holds) throw new Error(`${folder}: ${what}`);
}

const summary = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")) as {
  readonly dataset: string;
  readonly arms: readonly { readonly normalization: string }[];
};
expectThat(summary.dataset === dataset, `found the data ${summary.dataset}, expected ${dataset}`);
expectThat(summary.arms.length === 2, `found ${summary.arms.length} networks, expected two`);
for (const { normalization } of summary.arms) {
  const { size } = statSync(join(folder, normalization, "model.safetensors"));
  expectThat(size > 10_000, `${normalization}: found weights of ${size} bytes`);
}
const page = readFileSync(join(folder, "report.html"), "utf8");
expectThat(page.includes("<svg") && page.includes("<table"), "report.html: found no chart or no table");
expectThat(!/(?:src|href)="(?:https?:)?\/\//.test(page), "report.html: found an address on the network");
console.log(`${summary.dataset}: ${JSON.stringify(summary.arms.map(({ normalization }) => normalization))}`);
