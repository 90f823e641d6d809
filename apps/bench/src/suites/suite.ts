import type { BenchCase } from "../core/bench-case.ts";
import type { Row } from "../core/rows.ts";
import { runCase } from "../session/run-case.ts";
import type { Session } from "../session/session.ts";

export interface Suite {
  readonly name: string;
  /** Reports rows as soon as they are known. */
  run(session: Session, report: (rows: readonly Row[]) => void): Promise<void>;
}

export const isWanted = (name: string, { options }: Session): boolean =>
  options.case === undefined || name.includes(options.case);

/** A suite of cases at which subjects and roofs are timed. */
export function makeSuite(name: string, listCases: (session: Session) => readonly BenchCase[]): Suite {
  return {
    name,
    run: async (session, report) => {
      for (const benchCase of listCases(session)) {
        if (isWanted(benchCase.name, session)) report(await runCase(benchCase, session));
      }
    },
  };
}

export const countElements = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);
