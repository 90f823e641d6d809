export type { CocoCategory, CocoImage, CocoInstances, CocoObject } from "./coco.ts";
export { readCocoInstances } from "./coco.ts";
export type { CocoRunLengths, CocoSegmentation } from "./coco-mask.ts";
export { decodeSegmentation } from "./coco-mask.ts";
export type { VocAnnotation, VocAnnotationOptions, VocObject } from "./voc.ts";
export { readVocAnnotation, vocClasses } from "./voc.ts";
