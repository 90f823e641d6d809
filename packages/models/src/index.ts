export type { ClusterAnchorsOptions, ClusteredAnchors } from "./detector/cluster-anchors.ts";
export { clusterAnchors } from "./detector/cluster-anchors.ts";
export { decodeDetections } from "./detector/decode.ts";
export type { DetectionLoss, DetectionLossOptions, DetectionLossParts } from "./detector/detection-loss.ts";
export { detectionLoss } from "./detector/detection-loss.ts";
export type { BoxSize, DetectionGrid } from "./detector/grid.ts";
export type { GridDetectorOptions } from "./detector/grid-detector.ts";
export { GridDetector } from "./detector/grid-detector.ts";
export { ImageClassifier } from "./image-classifier.ts";
export type { LenetOptions } from "./lenet.ts";
export { convnet, lenet } from "./lenet.ts";
export type { MlpOptions } from "./mlp.ts";
export { mlp } from "./mlp.ts";
export type { MobileNetOptions } from "./mobilenet.ts";
export { mobilenetV2, mobilenetV3Large, mobilenetV3Small } from "./mobilenet.ts";
export type { ImageModelOptions, ModelOptions, Normalization } from "./model-options.ts";
export type { PaddedTokens } from "./padded-tokens.ts";
export type { ImageNetResNetOptions, SmallResNetOptions } from "./resnet.ts";
export {
  ResNet,
  resnet18,
  resnet20,
  resnet32,
  resnet34,
  resnet44,
  resnet50,
  resnet56,
  resnet101,
} from "./resnet.ts";
export type { TextModelOptions } from "./text/text-options.ts";
export type { VdcnnOptions } from "./text/vdcnn.ts";
export { Vdcnn, vdcnn } from "./text/vdcnn.ts";
export type { WordConvnetOptions } from "./text/word-convnet.ts";
export { WordConvnet, wordConvnet } from "./text/word-convnet.ts";
export type { ConvolutionalTranslatorOptions } from "./translation/convolutional-translator.ts";
export { ConvolutionalTranslator } from "./translation/convolutional-translator.ts";
export type { TransformerTranslatorOptions } from "./translation/transformer-translator.ts";
export { TransformerTranslator } from "./translation/transformer-translator.ts";
export type { SentencePairs } from "./translation/translator.ts";
export { Translator } from "./translation/translator.ts";
export type { TranslatorNormalization, TranslatorOptions } from "./translation/translator-options.ts";
export type { VggOptions } from "./vgg.ts";
export { vgg } from "./vgg.ts";
