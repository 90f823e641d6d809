/** The messages of the plugin for hyperparameters (`plugin_data.proto` and `api.proto`); the numbers are those of their fields. */

import type { Hparams, HparamsMetric } from "../hparams.ts";
import type { Field } from "./fields.ts";
import { encodeMessage, writeBoolean, writeDouble, writeInteger, writeMessage, writeText } from "./fields.ts";
import { listMetadataFields } from "./summary.ts";

/** `Status` of a session. */
export const sessionStatus = { success: 1, failure: 2 } as const;

/** `DataType` of a setting. */
const dataTypes: { readonly [type: string]: number } = { string: 1, boolean: 2, number: 3 };

/** The experiment that a run belongs to: the names and types of settings, and the metrics. */
export const listExperimentFields = (
  hparams: Hparams,
  metrics: readonly HparamsMetric[],
  time: number,
): Field[] =>
  listPluginFields("_hparams_/experiment", 2, [
    writeDouble(3, time / 1000),
    ...Object.entries(hparams).map(([name, value]) =>
      writeMessage(4, [writeText(1, name), writeInteger(4, dataTypes[typeof value]!)]),
    ),
    ...metrics.map(({ tag, group = "" }) =>
      writeMessage(5, [writeMessage(1, [writeText(1, group), writeText(2, tag)])]),
    ),
  ]);

export const listSessionStartFields = (hparams: Hparams, time: number): Field[] =>
  listPluginFields("_hparams_/session_start_info", 3, [
    ...Object.entries(hparams).map(([name, value]) =>
      writeMessage(1, [writeText(1, name), writeMessage(2, [writeValue(value)])]),
    ),
    writeDouble(5, time / 1000),
  ]);

export const listSessionEndFields = (status: keyof typeof sessionStatus, time: number): Field[] =>
  listPluginFields("_hparams_/session_end_info", 4, [
    writeInteger(1, sessionStatus[status]),
    writeDouble(2, time / 1000),
  ]);

/** The content of the plugin's metadata, `HParamsPluginData`. */
const listPluginFields = (tag: string, field: number, fields: readonly Field[]): Field[] =>
  listMetadataFields(tag, "hparams", encodeMessage([writeInteger(1, 0), writeMessage(field, fields)]));

/** `google.protobuf.Value`. */
function writeValue(value: string | number | boolean): Field {
  if (typeof value === "number") return writeDouble(2, value);
  return typeof value === "string" ? writeText(3, value) : writeBoolean(4, value);
}
