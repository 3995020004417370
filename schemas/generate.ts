/** Writes types.gen.ts from the JSON Schemas, in one go so that what two schemas share is one type. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { compile } from 'json-schema-to-typescript'
import { schemaFolder } from './folder.ts'

const files = readdirSync(schemaFolder)
  .filter((name) => name.endsWith('.schema.json'))
  .sort()
const titleOf = (file: string): string =>
  (JSON.parse(readFileSync(new URL(file, schemaFolder), 'utf8')) as { title: string }).title

const everything = {
  title: 'EveryShape',
  type: 'object' as const,
  additionalProperties: false,
  properties: Object.fromEntries(files.map((file) => [titleOf(file), { $ref: file }])),
}
const types = await compile(everything, 'EveryShape', {
  bannerComment: '/** Generated from schemas/*.schema.json by `npm run schemas`. Do not edit. */',
  cwd: schemaFolder.pathname,
  ignoreMinAndMaxItems: true,
  style: { semi: false, singleQuote: true, printWidth: 110 },
})
const target = new URL('types.gen.ts', schemaFolder)
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== types) {
    process.stderr.write(
      'schemas/types.gen.ts is older than the schemas: run `npm run schemas` and commit it.\n',
    )
    process.exitCode = 1
  }
} else writeFileSync(target, types)
