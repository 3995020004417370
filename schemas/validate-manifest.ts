/** checks.yaml by its schema, compiled beforehand: a hook must not wait for Ajv. */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { ValidateFunction } from 'ajv'
import { schemaFolder } from './folder.ts'
import { describe, type Validated } from './problems.ts'
import type { Manifest } from './types.gen.ts'

let check: ValidateFunction<Manifest> | undefined

export function validateManifest(data: unknown): Validated<Manifest> {
  const compiled = fileURLToPath(new URL('manifest.gen.cjs', schemaFolder))
  check ??= createRequire(import.meta.url)(compiled) as ValidateFunction<Manifest>
  return check(data)
    ? { value: data, problems: [] }
    : { value: undefined, problems: describe(check.errors ?? []) }
}
