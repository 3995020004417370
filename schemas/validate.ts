/** The only file that knows Ajv: turns `unknown` into a typed value, or into every problem it has. */
import { readdirSync, readFileSync } from 'node:fs'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { schemaFolder } from './folder.ts'
import type {
  AgentMessage,
  BuildData,
  CheckResult,
  Claim,
  Environment,
  Hello,
  ImageFacts,
  Job,
  Manifest,
  Push,
  Report,
  StepBegun,
  Work,
} from './types.gen.ts'

/** One thing wrong with a value: where (keys from the root) and what, in words. */
export interface Problem {
  path: readonly string[]
  message: string
}
export type Validated<T> = { value: T; problems: [] } | { value: undefined; problems: Problem[] }
export type Validator<T> = (data: unknown) => Validated<T>

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true, useDefaults: false })
addFormats.default(ajv)
let loaded = false

export const validateManifest = validator<Manifest>('manifest')
export const validateBuild = validator<BuildData>('build')
export const validateJob = validator<Job>('job')
export const validateReport = validator<Report>('report')
export const validateResult = validator<CheckResult>('result')
export const validateAgentMessage = validator<AgentMessage>('agent-message')
export const validateHello = validator<Hello>('hello')
export const validateClaim = validator<Claim>('claim')
export const validateStep = validator<StepBegun>('step')
export const validateWork = validator<Work>('work')
export const validatePush = validator<Push>('push')
export const validateImage = validator<ImageFacts>('image')
export const validateEnvironment = validator<Environment>('config')

/** Compiled on first use: a hook that needs one schema does not pay for ten. */
function validator<T>(name: string): Validator<T> {
  let check: ValidateFunction<T> | undefined
  return (data) => {
    check ??= compile<T>(name)
    return check(data)
      ? { value: data, problems: [] }
      : { value: undefined, problems: describe(check.errors ?? []) }
  }
}

function compile<T>(name: string): ValidateFunction<T> {
  if (!loaded) {
    for (const file of readdirSync(schemaFolder).filter((entry) => entry.endsWith('.schema.json')))
      ajv.addSchema(JSON.parse(readFileSync(new URL(file, schemaFolder), 'utf8')) as object, file)
    loaded = true
  }
  return ajv.getSchema(`${name}.schema.json`) as ValidateFunction<T>
}

/** Ajv reports every branch of an `anyOf`; people want the branch point and the leaves, once each. */
function describe(errors: ErrorObject[]): Problem[] {
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
