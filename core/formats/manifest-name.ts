/** Where the files that are read stand in a repository: apart from their readers, which not everybody who asks needs. */
export const manifestFile = 'checks.yaml'

/** Of DEP-8: in a source package, or in what it has in debian/. The first that is there counts. */
export const dep8Files = ['debian/tests/control', 'tests/control'] as const
export const sourceControlFile = 'debian/control'

/** What Greenwave reads beside a package's sources: which testcases its updates must have passed. */
export const gatingFile = 'gating.yaml'

/** Files at fixed places that a reader wants to see. */
export const readFiles: readonly string[] = [manifestFile, ...dep8Files, sourceControlFile, gatingFile]

/** Of tmt: what marks the root of a tree of metadata, and what configures it. */
export const fmfMarker = '.fmf/version'
export const fmfConfig = '.fmf/config'

/** The folder that the file at `path` makes the root of a tree of metadata; '' is the repository's own. */
export const fmfRoot = (path: string): string | null =>
  path === fmfMarker ? '' : path.endsWith(`/${fmfMarker}`) ? path.slice(0, -fmfMarker.length - 1) : null

/** Whether the file at `path` is metadata of tmt, of which there may be any number. */
export const isFmfFile = (path: string): boolean =>
  /[^/]\.fmf$/.test(path) || fmfRoot(path) !== null || path === fmfConfig

/** Playbooks of the Standard Test Interface. */
export const stiFolder = 'tests/'
export const isStiFile = (path: string): boolean => /^tests\/tests[^/]*\.ya?ml$/.test(path)

/** Whether a repository of which these are paths may have tests that metadata declares: not all that lies somewhere is read. */
export const mayUseMetadata = (paths: Iterable<string>): boolean =>
  [...paths].some((path) => path === fmfMarker || isStiFile(path))

/** Below it stands what was fetched from elsewhere (tmt/sources.ts), each tree in a folder of its own with a mark in it. */
export const sourcesFolder = '.assay/sources'
export const sourceMarker = '.assay-source'
const partsOf = (path: string): number => path.split('/').length
export const isSourceMarker = (path: string): boolean =>
  path.startsWith(`${sourcesFolder}/`) && path.endsWith(`/${sourceMarker}`) && partsOf(path) === 4

/** Whether such a mark may be in the folder, or further in. */
export const mayHoldMarkers = (folder: string): boolean =>
  `${sourcesFolder}/`.startsWith(`${folder}/`) ||
  (folder.startsWith(`${sourcesFolder}/`) && partsOf(folder) === 3)

/** Whether a reader wants to see the file at `path`. */
export const isRead = (path: string): boolean =>
  readFiles.includes(path) || isFmfFile(path) || isStiFile(path) || isSourceMarker(path)
