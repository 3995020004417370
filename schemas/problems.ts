/** What a schema finds wrong with a value, in words. */
import type { ErrorObject } from 'ajv'

/** One thing wrong with a value: where (keys from the root) and what, in words. */
export interface Problem {
  path: readonly string[]
  message: string
}
export type Validated<T> = { value: T; problems: [] } | { value: undefined; problems: Problem[] }
export type Validator<T> = (data: unknown) => Validated<T>

/** Ajv reports every branch of an `anyOf`; people want the branch point and the leaves, once each. */
export function describe(errors: ErrorObject[]): Problem[] {
  const seen = new Set<string>()
  const problems: Problem[] = []
  for (const error of errors) {
    if (error.keyword === 'if') continue
    const path = pathOf(error)
    const message = sentence(error)
    const key = `${path.join('/')}\0${message}`
    if (seen.has(key)) continue
    seen.add(key)
    problems.push({ path, message })
  }
  return problems
}

function pathOf(error: ErrorObject): string[] {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (error.keyword === 'additionalProperties') path.push(String(error.params['additionalProperty']))
  if (error.keyword === 'propertyNames') path.push(String(error.params['propertyName']))
  if (error.propertyName !== undefined && error.keyword !== 'propertyNames') path.push(error.propertyName)
  return path
}

function sentence(error: ErrorObject): string {
  switch (error.keyword) {
    case 'additionalProperties':
      return `unknown key ${JSON.stringify(error.params['additionalProperty'])}`
    case 'propertyNames':
      return `${JSON.stringify(error.params['propertyName'])} is not a valid name here`
    case 'required':
      return `key ${JSON.stringify(error.params['missingProperty'])} is missing`
    case 'enum':
      return `must be one of ${(error.params['allowedValues'] as unknown[]).map(String).join(', ')}`
    case 'const':
      return `must be ${JSON.stringify(error.params['allowedValue'])}`
    case 'type':
      return `must be ${[error.params['type'] as string | string[]].flat().join(' or ')}`
    default:
      return error.message ?? 'is not valid'
  }
}
