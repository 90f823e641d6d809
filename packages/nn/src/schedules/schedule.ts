/** The learning rate of an update, counted from 0: a pure function, so that a resumed run continues with the same rates. */
export type Schedule = (step: number) => number;
