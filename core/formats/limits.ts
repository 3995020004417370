/** Bounds of what a push may hold, so that everything behind it stays bounded: each is named to the pusher who meets it. */
const MiB = 1024 ** 2

export const limits = {
  /** Of checks.yaml. */
  manifestBytes: MiB,
  checks: 500,
  /** Values in checks.yaml, those that aliases repeat included. */
  manifestValues: 100_000,
  /** Collections in collections, in any file of YAML. */
  yamlDepth: 100,
  /** Of a tree of fmf: its files, and the bytes of all of them. */
  fmfFiles: 2_000,
  fmfBytes: 2 * MiB,
  /** Other repositories that checks of one may take something from. */
  sources: 20,
  /** Readings until all of them are known: libraries may want libraries, and imported plans tests. */
  sourceRounds: 4,
  /** Of any one file, in any commit of a push. */
  fileBytes: 50 * MiB,
  /** Of the tree that a check finds in its machine. */
  treeFiles: 20_000,
  treeBytes: 512 * MiB,
  treeDepth: 100,
  /** Symbolic links of a tree. */
  treeLinks: 2_000,
  /** Of an annotated tag, and of a commit: its message and what is beside it. */
  tagBytes: 64 * 1024,
  /** Of all annotated tags of one push. */
  tagsBytes: 32 * MiB,
  commitBytes: MiB,
  /** Of one push. */
  refs: 10_000,
  branches: 500,
  packBytes: 512 * MiB,
  /** Characters of a branch's name. */
  branchName: 200,
} as const
