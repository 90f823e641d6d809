import { describeData } from "@evenkeel/example-task";
import { type Block, drawReport, type Section, type Table } from "@evenkeel/report";
import type { Data } from "../data.ts";
import { listRows, type Result } from "../run-result.ts";
import type { ArmResult } from "../training/arm-result.ts";
import { leastScore } from "../training/test-results.ts";
import { describeArm } from "../words.ts";
import { listCharts, listPrecisionCurves } from "./curves.ts";
import { describeFindings } from "./findings.ts";
import { listExamples, listMistakes } from "./pictures.ts";

/** The report as one HTML page: findings, a table, curves, and pictures with what was found and what was hard. */
export function drawRunReport(result: Result, data: Data): string {
  const { arms } = result;
  return drawReport({
    title:
      arms.length > 1
        ? "The same detector with and without batch normalization"
        : `A detector ${describeArm(arms[0]!.normalization)}`,
    name: `Evenkeel: object detection on ${result.data.name}`,
    setting: describeSetting(result, data),
    findings: describeFindings(result, data),
    sections: [
      { blocks: [makeTable(result), ...listCharts(arms)] },
      {
        heading: "Precision and recall",
        note: "From the most certain detections on, at an overlap of 0.5 with an object of the annotation.",
        blocks: listPrecisionCurves(arms),
      },
      ...arms.flatMap((arm) => showPictures(arm, data)),
    ],
  });
}

function describeSetting(
  { options, device, date, version, arms, data: origin }: Result,
  data: Data,
): string[] {
  const { epochs, batchSize, learningRate, seed, testedOn } = options;
  const pictures = `${data.train.length} training pictures, ${data.test.length} of the ${testedOn} part`;
  const left = data.boxesWithoutArea === 0 ? "" : `, ${data.boxesWithoutArea} boxes without area left out`;
  return [
    `${describeData(origin)}: ${pictures}${left}; ${arms[0]!.parameters.toLocaleString("en")} parameters`,
    `${epochs} epochs, batch ${batchSize}, learning rate ${learningRate}, seed ${seed}; ${device}`,
    `${date}, Evenkeel ${version}`,
  ];
}

function makeTable(result: Result): Table {
  const { arms } = result;
  return {
    kind: "table",
    columns: [{ name: "" }, ...arms.map(({ normalization }) => ({ name: describeArm(normalization) }))],
    rows: listRows(result).map(([name, cell]) => [name.trim(), ...arms.map(cell)]),
  };
}

function showPictures(arm: ArmResult, data: Data): readonly Section[] {
  const words = describeArm(arm.normalization);
  const show = (pictures: ReturnType<typeof listExamples>): readonly Block[] =>
    pictures.length === 0 ? [] : [{ kind: "pictures", size: "large", pictures }];
  const mistakes = show(listMistakes(arm, data));
  return [
    {
      heading: `What was found ${words}`,
      note: `Detections with a score of ${leastScore} or more; those that are wrong have a color of their own, and missed objects are dashed.`,
      blocks: show(listExamples(arm, data)),
    },
    {
      heading: `Pictures with the most mistakes ${words}`,
      ...(mistakes.length === 0 && { note: "None." }),
      blocks: mistakes,
    },
  ];
}
