export type { VocExample } from "./annotations/voc-example.ts";
export type { RandomAffineOptions } from "./augment/affine.ts";
export { randomAffine } from "./augment/affine.ts";
export type { AnnotatedImage, Boxes, ExampleAugmentation } from "./augment/annotated-image.ts";
export type { AugmentExamplesOptions, Augmented, NormalizedPicture } from "./augment/augment-examples.ts";
export { augmentExamples } from "./augment/augment-examples.ts";
export type { Augmentation } from "./augment/augmentation.ts";
export { flipHorizontally, shift } from "./augment/augmentation.ts";
export type { ColorJitterOptions } from "./augment/color.ts";
export { colorJitter, randomGrayscale } from "./augment/color.ts";
export { compose } from "./augment/compose.ts";
export type { RandomCropOptions } from "./augment/crop.ts";
export { centerCrop, randomCrop } from "./augment/crop.ts";
export type { RandomErasingOptions } from "./augment/erase.ts";
export { cutout, randomErasing } from "./augment/erase.ts";
export { randomHorizontalFlip, randomVerticalFlip } from "./augment/flip.ts";
export type { RandAugmentOptions, TrivialAugmentOptions } from "./augment/policies.ts";
export { randAugment, trivialAugment } from "./augment/policies.ts";
export type { RandomResizedCropOptions, ResizeToOptions, ScaleJitterOptions } from "./augment/resize.ts";
export { randomResizedCrop, resizeTo, scaleJitter } from "./augment/resize.ts";
export type { PublishedFile, PublishedImages } from "./catalog.ts";
export { fashionMnist, listFiles, mnist } from "./catalog.ts";
export type { Collate, Collates } from "./examples/collate.ts";
export { defaultCollate } from "./examples/collate.ts";
export type { Dataset } from "./examples/dataset.ts";
export type { DTypes, HostData, ShapedArray, Tensors, TypedArray } from "./examples/host-data.ts";
export type { PadCollateOptions, Padded } from "./examples/pad-collate.ts";
export { padCollate } from "./examples/pad-collate.ts";
export type { Cifar100Options } from "./formats/cifar.ts";
export { readCifar10, readCifar100 } from "./formats/cifar.ts";
export { cifar10Classes, cifar100Classes } from "./formats/cifar-classes.ts";
export type { GunzipOptions } from "./formats/gunzip.ts";
export { gunzip, isGzip } from "./formats/gunzip.ts";
export type { IdxArray, IdxData, IdxImagesDescription } from "./formats/idx.ts";
export { readIdx, readIdxImages } from "./formats/idx.ts";
export type { ChannelStatistics, ImageSet } from "./images/image-set.ts";
export {
  checkImageSet,
  computeChannelStatistics,
  countImages,
  countValuesPerImage,
  imageNetStatistics,
  selectImages,
} from "./images/image-set.ts";
export type { Picture } from "./images/picture.ts";
export type { ImageInterpolation, Region, ResizeImageOptions } from "./images/resize-image.ts";
export { resizeImage } from "./images/resize-image.ts";
export type {
  BatchOptions,
  ImageBatchOptions,
  SampledBatchOptions,
  StreamBatchOptions,
} from "./pipeline/batch-options.ts";
export type { Batches, BatchSource, ImageBatch, StreamBatches } from "./pipeline/batches.ts";
export { batches } from "./pipeline/batches.ts";
export type { MixOptions } from "./pipeline/mix-batches.ts";
export { mixBatches } from "./pipeline/mix-batches.ts";
export { prefetch } from "./pipeline/prefetch.ts";
export type { BoxSet } from "./published/bccd.ts";
export { bccd } from "./published/bccd.ts";
export { cifar10 } from "./published/cifar10.ts";
export { optdigits } from "./published/optdigits.ts";
export type { PartFiles, Parts, PublishedSet } from "./published/published-set.ts";
export type { LabelledText, PairSet, TextPair, TextSet } from "./published/text-set.ts";
export { agNews, movieReviews, multi30k, sst2, subjectivity, trec } from "./published/texts.ts";
export type { RandomStream } from "./random/random-stream.ts";
export type { BucketOptions } from "./sampling/bucket-by-length.ts";
export { bucketByLength } from "./sampling/bucket-by-length.ts";
export type { ClassLabels } from "./sampling/class-labels.ts";
export type { BatchSampler, Sampler } from "./sampling/sampler.ts";
export type { StratifiedSamplerOptions } from "./sampling/stratified-sampler.ts";
export { stratifiedSampler } from "./sampling/stratified-sampler.ts";
export type { WeightedRandomSamplerOptions } from "./sampling/weighted-random-sampler.ts";
export { computeBalancedWeights, weightedRandomSampler } from "./sampling/weighted-random-sampler.ts";
export type { CacheOptions } from "./sets/cache-dataset.ts";
export { cacheDataset } from "./sets/cache-dataset.ts";
export type { Examples } from "./sets/combine.ts";
export { concatDatasets, mapDataset, stackDatasets, subset } from "./sets/combine.ts";
export type { KFoldOptions } from "./sets/k-fold.ts";
export { kFold } from "./sets/k-fold.ts";
export type { RandomSplitOptions } from "./sets/random-split.ts";
export { randomSplit } from "./sets/random-split.ts";
export type { Split } from "./sets/split.ts";
export type { ExampleIn, ImageExample, Row } from "./sets/to-dataset.ts";
export { toDataset } from "./sets/to-dataset.ts";
export type { EpochStream, ExampleStream, StreamSource } from "./streams/epoch-stream.ts";
export type { MapStreamOptions } from "./streams/map-stream.ts";
export { filterStream, mapStream, skipInStream, takeFromStream } from "./streams/map-stream.ts";
export type { ShuffleStreamOptions } from "./streams/shuffle-stream.ts";
export { shuffleStream } from "./streams/shuffle-stream.ts";
export type { CellsOptions } from "./synthetic/cells.ts";
export { syntheticCells } from "./synthetic/cells.ts";
export type { FiguresOptions } from "./synthetic/figures.ts";
export { figureClasses, syntheticFigures } from "./synthetic/figures.ts";
export type { SyntheticPairsOptions } from "./synthetic/sentence-pairs.ts";
export { syntheticPairs } from "./synthetic/sentence-pairs.ts";
export type { Cell, CellType, CsvColumn, CsvOptions, CsvRow } from "./text-files/csv.ts";
export { readCsv, readCsvColumns } from "./text-files/csv.ts";
export { readJsonLines, readLines } from "./text-files/lines.ts";
export type { TextOptions, TextSource } from "./text-files/text-source.ts";
export type { ChangeExample, ExampleScope } from "./workers/answer-examples.ts";
export type { MapInWorkersOptions, WorkerDataset } from "./workers/map-in-workers.ts";
export { mapInWorkers } from "./workers/map-in-workers.ts";
export { serveExamples } from "./workers/serve-examples.ts";
export type { WorkerLike as ExampleWorker } from "./workers/spawn-worker.ts";
export { WorkerError } from "./workers/worker-error.ts";
