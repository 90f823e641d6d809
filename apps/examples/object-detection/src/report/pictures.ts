import { type ClassBox, matchBoxes } from "@evenkeel/nn";
import type { Picture, PictureBox } from "@evenkeel/report";
import type { BoxExample, Data } from "../data.ts";
import type { ArmResult, PictureResult } from "../training/arm-result.ts";
import { leastScore, listTruths } from "../training/test-results.ts";

/** The colors of right detections, of wrong ones and of objects that were missed. */
const [rightSlot, wrongSlot, missedSlot] = [0, 4, 2];
const picturesShown = 6;

/** What is right and wrong in a picture, among the detections that count as found. */
interface Judgement {
  readonly example: BoxExample;
  readonly picture: number;
  readonly found: readonly { readonly box: ClassBox; readonly isRight: boolean }[];
  readonly missed: readonly ClassBox[];
  readonly wrong: number;
}

function judge({ picture, detections, right }: PictureResult, test: readonly BoxExample[]): Judgement {
  const example = test[picture]!;
  const found = detections
    .map(([left, top, rightEdge, bottom, score, label], index) => ({
      box: { corners: [left!, top!, rightEdge!, bottom!] as const, score: score!, label: label! },
      isRight: right[index]!,
    }))
    .filter(({ box }) => box.score >= leastScore);
  const truths = listTruths(example);
  const areFound = matchBoxes(
    truths,
    found.map(({ box }) => box),
  );
  const missed = truths.filter((_, index) => !areFound[index]);
  return { example, picture, found, missed, wrong: found.filter(({ isRight }) => !isRight).length };
}

function drawJudgement(
  { example, picture, found, missed, wrong }: Judgement,
  classes: readonly string[],
): Picture {
  const drawBox = (box: ClassBox, label: string, slot: number): PictureBox => ({
    corners: box.corners,
    label,
    slot,
    isDashed: slot === missedSlot,
  });
  const name = `test picture ${picture}`;
  return {
    pixels: example.image,
    alt: name,
    heading: name,
    caption: `${found.length - wrong} right, ${wrong} wrong, ${missed.length} missed`,
    boxes: [
      ...missed.map((box) => drawBox(box, classes[box.label]!, missedSlot)),
      ...found.map(({ box, isRight }) =>
        drawBox(
          box,
          `${classes[box.label]} ${Math.round(100 * box.score)} %`,
          isRight ? rightSlot : wrongSlot,
        ),
      ),
    ],
  };
}

type Cells = Pick<Data, "test" | "classes">;

/** The first test pictures that have objects, with what the detector found in them. */
export const listExamples = ({ pictures }: ArmResult, { test, classes }: Cells): readonly Picture[] =>
  pictures
    .filter(({ picture }) => test[picture]!.labels.length > 0)
    .slice(0, picturesShown)
    .map((picture) => drawJudgement(judge(picture, test), classes));

/** The test pictures with the most mistakes, most first. */
export const listMistakes = ({ pictures }: ArmResult, { test, classes }: Cells): readonly Picture[] =>
  pictures
    .map((picture) => judge(picture, test))
    .filter(({ wrong, missed }) => wrong + missed.length > 0)
    .sort((a, b) => b.wrong + b.missed.length - a.wrong - a.missed.length || a.picture - b.picture)
    .slice(0, picturesShown)
    .map((judgement) => drawJudgement(judgement, classes));

/** The numbers of right and wrong detections and of missed objects in all test pictures. */
export function countAll(
  { pictures }: ArmResult,
  test: readonly BoxExample[],
): { readonly right: number; readonly wrong: number; readonly missed: number } {
  const all = pictures.map((picture) => judge(picture, test));
  const sum = (count: (judgement: Judgement) => number): number =>
    all.reduce((total, judgement) => total + count(judgement), 0);
  return {
    right: sum(({ found, wrong }) => found.length - wrong),
    wrong: sum(({ wrong }) => wrong),
    missed: sum(({ missed }) => missed.length),
  };
}
