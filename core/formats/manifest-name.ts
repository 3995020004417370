/** Where the native format stands in a repository: apart from its reader, which not everybody who asks needs. */
export const manifestFile = 'checks.yaml'
