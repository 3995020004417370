/** What an ssh client asks to be run: one of git's two commands on one repository, or nothing at all. Pure. */
import { AppError } from '../../core/errors.ts'
import { parsePackage, type PackageName } from '../../core/names.ts'
import type { Service } from '../git/bounded-git.ts'

export interface GitCommand {
  service: Service
  name: PackageName
}

/** git quotes the path in single quotes. What a shell would make something of matches nothing here. */
const pattern = /^git[- ](upload-pack|receive-pack) (?:'([^'\\]+)'|([^\s'"\\]+))$/
const pathPattern = /^\/?(?:git\/)?([^/]+\/[^/]+)\.git\/?$/

/** Parses SSH_ORIGINAL_COMMAND; throws NOT_GIT, or BAD_PACKAGE_NAME for a path that leads elsewhere. */
export function parseGitCommand(text: string): GitCommand {
  const [, verb, quoted, bare] = pattern.exec(text) ?? []
  const name = pathPattern.exec(quoted ?? bare ?? '')?.[1]
  if (verb === undefined || name === undefined) throw notGit()
  return {
    service: verb === 'upload-pack' ? 'git-upload-pack' : 'git-receive-pack',
    name: parsePackage(name),
  }
}

const notGit = (): AppError =>
  new AppError(
    'NOT_GIT',
    400,
    'You are known here, but there is no shell: only git clone, fetch and push of NAMESPACE/NAME.git.',
  )
