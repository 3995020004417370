/** Turns `unknown` into a typed value, or into every problem it has. */
import { readdirSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { schemaFolder } from './folder.ts'
import { describe, type Validator } from './problems.ts'
import type {
  AgentMessage,
  ArtifactPublished,
  BuildData,
  BusHistory,
  CheckResult,
  Claim,
  CoprBuildEnd,
  Environment,
  Hello,
  ImageFacts,
  Job,
  KojiBuildChange,
  KojiChecksums,
  KojiFiles,
  ObsBuildSuccess,
  Ownership,
  PackageChange,
  Push,
  ReaderChange,
  Report,
  Settings,
  StepBegun,
  UpstreamChange,
  Work,
} from './types.gen.ts'

export type { Problem, Validated, Validator } from './problems.ts'

export const ajvOptions = { allErrors: true, strict: true, allowUnionTypes: true, useDefaults: false }
const ajv = new Ajv(ajvOptions)
addFormats.default(ajv)
let loaded = false

export const validateBuild = validator<BuildData>('build')
export const validateJob = validator<Job>('job')
export const validateReport = validator<Report>('report')
export const validateResult = validator<CheckResult>('result')
export const validateAgentMessage = validator<AgentMessage>('agent-message')
export const validateHello = validator<Hello>('hello')
export const validateClaim = validator<Claim>('claim')
export const validateStep = validator<StepBegun>('step')
export const validateWork = validator<Work>('work')
export const validatePackageChange = validator<PackageChange>('package-change')
export const validateUpstreamChange = validator<UpstreamChange>('upstream-change')
export const validateOwnership = validator<Ownership>('ownership')
export const validatePush = validator<Push>('push')
export const validateReaderChange = validator<ReaderChange>('reader-change')
export const validateImage = validator<ImageFacts>('image')
export const validateSettings = validator<Settings>('settings')
export const validateKojiBuild = validator<KojiBuildChange>('koji-build')
export const validateKojiFiles = validator<KojiFiles>('koji-files')
export const validateKojiChecksums = validator<KojiChecksums>('koji-checksums')
export const validateCoprBuild = validator<CoprBuildEnd>('copr-build')
export const validateObsBuild = validator<ObsBuildSuccess>('obs-build')
export const validateBusHistory = validator<BusHistory>('bus-history')
export const validateArtifactPublished = validator<ArtifactPublished>('artifact-published')
export const validateEnvironment = validator<Environment>('config')

/** Compiled on first use. */
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
