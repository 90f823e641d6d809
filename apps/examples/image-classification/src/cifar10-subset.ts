import { type ImageSet, type PublishedSet, readCifar10 } from "@evenkeel/datasets";

/**
 * A balanced draw of 10,000 + 2,000 images of CIFAR-10, in its binary format, for machines on which the whole set takes too long.
 * Nobody serves it: it is read from the data folder. Figures on it cannot be compared with those on the whole set.
 */
export const cifar10Subset: PublishedSet<"train" | "test", ImageSet> = {
  name: "cifar10-subset",
  folder: "cifar10-subset",
  addresses: [],
  parts: {
    train: {
      images: {
        file: "subset_train_10000.bin",
        bytes: 30730000,
        sha256: "aaeca64e0cc9c64ef9f526d5d1d550e09d7ef0b01c7284defc7c1b5abfa41df6",
      },
    },
    test: {
      images: {
        file: "subset_test_2000.bin",
        bytes: 6146000,
        sha256: "fcdcc3703c98dca36a02cbc7af5717e67c94c57d6f8176edfd4f25c165cdfbdf",
      },
    },
  },
  read: async ({ images }, part) => readCifar10([images!], `cifar10-subset (${part})`),
};
