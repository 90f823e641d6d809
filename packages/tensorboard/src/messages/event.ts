/** The messages of TensorBoard's `event.proto`; the numbers are those of its fields. */
import { encodeRecord } from "../records/record.ts";
import type { Field } from "./fields.ts";
import { encodeMessage, writeDouble, writeInteger, writeMessage, writeText } from "./fields.ts";

/** Begins every file. */
const fileVersion = "brain.Event:2";
/** `SessionLog.SessionStatus`. */
const sessionStarts = 1;

/** What an event tells: one of the fields of `Event.what`. */
export const writeFileVersion = (): Field => writeText(3, fileVersion);
export const writeSummary = (value: readonly Field[]): Field => writeMessage(5, [writeMessage(1, value)]);
/** Events of earlier files at the step of this event or later ones are void. */
export const writeSessionStart = (): Field => writeMessage(7, [writeInteger(1, sessionStarts)]);

/** An event as a record of a file; the time is in milliseconds since 1970. */
export const encodeEvent = (what: Field, { step, time }: { step: number; time: number }): Uint8Array =>
  encodeRecord(encodeMessage([writeDouble(1, time / 1000), writeInteger(2, step), what]));
