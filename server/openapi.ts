/** The description of the JSON API, with the shapes that have a schema of their own filled in. */
import { readFileSync } from 'node:fs'
import { schemaFolder } from '../schemas/folder.ts'

export interface OpenApi {
  paths: Record<string, Record<string, unknown>>
  components: { schemas: Record<string, unknown> }
}

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, schemaFolder), 'utf8'))

/** Read once, when it is first asked for. */
export function openApi(): OpenApi {
  const description = read('openapi.json') as OpenApi
  const { definitions, ...build } = read('build.schema.json') as Record<string, unknown>
  delete build['$schema']
  const { artifact } = definitions as { artifact: unknown }
  description.components.schemas['BuildData'] = JSON.parse(
    JSON.stringify(build).replaceAll('#/definitions/artifact', '#/components/schemas/BuildArtifact'),
  )
  description.components.schemas['BuildArtifact'] = artifact
  const upstreamChange = read('upstream-change.schema.json') as Record<string, unknown>
  delete upstreamChange['$schema']
  description.components.schemas['UpstreamChange'] = upstreamChange
  return description
}
