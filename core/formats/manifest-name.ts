/** Where the files that are read stand in a repository: apart from their readers, which not everybody who asks needs. */
export const manifestFile = 'checks.yaml'

/** Of DEP-8: in a source package, or in what it has in debian/. The first that is there counts. */
export const dep8Files = ['debian/tests/control', 'tests/control'] as const
export const sourceControlFile = 'debian/control'

/** Every file that a reader wants to see. */
export const readFiles: readonly string[] = [manifestFile, ...dep8Files, sourceControlFile]
