/** simple-git as CommonJS, for the reason that core/formats/yaml.ts gives. */
import { createRequire } from 'node:module'
import type * as SimpleGit from 'simple-git'

export const { simpleGit } = createRequire(import.meta.url)('simple-git') as typeof SimpleGit
