/** Writes what is made from the JSON Schemas: types, in one go so that what two schemas share is one, and compiled code. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import standalone from 'ajv/dist/standalone/index.js'
import { compile } from 'json-schema-to-typescript'
import { schemaFolder } from './folder.ts'
import { ajvOptions } from './validate.ts'

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
const banner = '/** Generated from manifest.schema.json by `npm run schemas`. Do not edit. */\n'
const ajv = new Ajv({ ...ajvOptions, code: { source: true } })
const manifest = JSON.parse(readFileSync(new URL('manifest.schema.json', schemaFolder), 'utf8')) as object
const generated = {
  'types.gen.ts': types,
  'manifest.gen.cjs': `${banner}${standalone.default(ajv, ajv.compile(manifest))}\n`,
}
for (const [name, text] of Object.entries(generated)) {
  const target = new URL(name, schemaFolder)
  if (!process.argv.includes('--check')) writeFileSync(target, text)
  else if (readFileSync(target, 'utf8') !== text) {
    process.stderr.write(
      `schemas/${name} is older than the schemas: run \`npm run schemas\` and commit it.\n`,
    )
    process.exitCode = 1
  }
}
