/** Where the schema files are: compiled code runs from dist/schemas/, the schemas stay in schemas/. */
export const schemaFolder = new URL('../../schemas/', import.meta.url)
