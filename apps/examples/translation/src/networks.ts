import { BytePairEncoding, type BytePairs, trainBytePairs } from "@evenkeel/datasets/text";
import { ConvolutionalTranslator, TransformerTranslator, type Translator } from "@evenkeel/models";
import type { Data } from "./data.ts";
import type { Normalization, Options } from "./options.ts";

/** What a translator needs besides the options: the tokens of both languages. */
export interface Description {
  readonly encoding: BytePairs;
}

/** Trains the tokens on the training pairs; bytes are units, so that every text has tokens, and decoding gives the text back. */
export function describeNetwork({ train }: Pick<Data, "train">, { vocabulary }: Options): Description {
  const texts = [...train.sources, ...train.targets];
  return { encoding: trainBytePairs(texts, { vocabularySize: vocabulary }).toJSON() };
}

export const readEncoding = ({ encoding }: Description): BytePairEncoding =>
  BytePairEncoding.fromJSON(JSON.parse(JSON.stringify(encoding)));

/** The translator that the options select; both arms have the same initial weights. */
export function makeNetwork(
  description: Description,
  options: Pick<Options, "model" | "width" | "encoderLayers" | "decoderLayers" | "dropout" | "seed">,
  normalization: Normalization,
): Translator {
  const { model, width, encoderLayers, decoderLayers, dropout, seed } = options;
  const { vocabulary } = readEncoding(description);
  const setting = { vocabularySize: vocabulary.size, paddingIdx: vocabulary.pad, normalization };
  const sizes = { width, encoderLayers, decoderLayers, dropout, seed };
  if (model === "transformer") return new TransformerTranslator({ ...setting, ...sizes });
  return new ConvolutionalTranslator({ ...setting, ...sizes });
}
