/** A published file: its name, and the size and checksum by which it is verified. */
export interface PublishedFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** An image set published as idx files. */
export interface PublishedImages {
  readonly name: string;
  /** The name of the folder with its files, in the data folder and in the cache. */
  readonly folder: string;
  /** Where the files are served, in the order in which they are tried; none for a set that is only read from a folder. */
  readonly addresses: readonly string[];
  readonly classes: readonly string[];
  readonly train: { readonly images: PublishedFile; readonly labels: PublishedFile };
  readonly test: { readonly images: PublishedFile; readonly labels: PublishedFile };
}

/** Xiao, Rasul and Vollgraf 2017, arXiv:1708.07747; MIT licence. 60,000 + 10,000 images of 28 x 28. */
export const fashionMnist: PublishedImages = {
  name: "fashion-mnist",
  folder: "fashion-mnist",
  addresses: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"],
  classes: [
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
  ],
  train: {
    images: {
      file: "train-images-idx3-ubyte.gz",
      bytes: 26421880,
      sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    },
    labels: {
      file: "train-labels-idx1-ubyte.gz",
      bytes: 29515,
      sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    },
  },
  test: {
    images: {
      file: "t10k-images-idx3-ubyte.gz",
      bytes: 4422102,
      sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    },
    labels: {
      file: "t10k-labels-idx1-ubyte.gz",
      bytes: 5148,
      sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    },
  },
};

/** LeCun, Bottou, Bengio and Haffner 1998. 60,000 + 10,000 handwritten digits of 28 x 28. */
export const mnist: PublishedImages = {
  name: "mnist",
  folder: "mnist",
  addresses: ["https://raw.githubusercontent.com/fgnt/mnist/master", "http://yann.lecun.com/exdb/mnist"],
  classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  train: {
    images: {
      file: "train-images-idx3-ubyte.gz",
      bytes: 9912422,
      sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    },
    labels: {
      file: "train-labels-idx1-ubyte.gz",
      bytes: 28881,
      sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    },
  },
  test: {
    images: {
      file: "t10k-images-idx3-ubyte.gz",
      bytes: 1648877,
      sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    },
    labels: {
      file: "t10k-labels-idx1-ubyte.gz",
      bytes: 4542,
      sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
  },
};

/** The files of a published set, each once. */
export const listFiles = ({ train, test }: PublishedImages): readonly PublishedFile[] => [
  train.images,
  train.labels,
  test.images,
  test.labels,
];
