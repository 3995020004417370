/** What the real git finds around it here: our configuration, our hooks, and nothing of the host's or the caller's. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { limits } from '../../core/formats/limits.ts'
import { ownRefs } from './whole-tree.ts'
import { writeWhole } from './write-whole.ts'
import { shellQuote } from '../shell-quote.ts'

/** Seconds that the judging hook may take. */
const patience = 60

/** One allocation of git's: the largest file that it takes, as a whole and in pieces, fits several times. */
const allocationMiB = 256

/** Compiled code runs from dist/server/git/, the script stays in hooks/. */
const postReceive = new URL('../../../hooks/post-receive', import.meta.url)

/** Writes configuration and hooks into `folder` and returns the environment that makes git use them. */
export async function prepareGitHome(folder: string): Promise<NodeJS.ProcessEnv> {
  const hooks = join(folder, 'hooks')
  const config = join(folder, 'gitconfig')
  await mkdir(hooks, { recursive: true })
  await writeWhole(join(hooks, 'pre-receive'), preReceive, 0o755)
  await writeWhole(join(hooks, 'post-receive'), await readFile(postReceive, 'utf8'), 0o755)
  await writeWhole(config, configuration(hooks), 0o644)
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: folder,
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: config,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    // Whoever can push refs/replace/ would otherwise decide what git takes for an object.
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_ALLOC_LIMIT: `${allocationMiB}m`,
  }
}

/**
 * @note Objects stay loose until git packs them: with a pack for each push, every read would look through all of those.
 * Packing happens within a push, so that no process outlives the one that began it. What is fetched from elsewhere is one
 * pack, whose size can be watched.
 */
const configuration = (hooks: string): string => `# Written by Assay at its start: changes here are lost.
[core]
	hooksPath = ${quoted(hooks)}
	bigFileThreshold = 8m
	fsync = committed
	fsyncMethod = batch
[safe]
	directory = *
[transfer]
	fsckObjects = true
	hideRefs = ${ownRefs}
	unpackLimit = 100000
[receive]
	maxInputSize = ${limits.packBytes}
	denyDeleteCurrent = ignore
	keepAlive = 5
[fetch]
	unpackLimit = 1
[http]
	followRedirects = false
	lowSpeedLimit = 1000
	lowSpeedTime = 60
[uploadpack]
	allowFilter = true
[pack]
	threads = 1
	windowMemory = 64m
	packSizeLimit = 16m
[gc]
	autoDetach = false
[maintenance]
	autoDetach = false
`

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

/** The compiled hook, run by the node that runs the server. */
const judge = [
  process.execPath,
  '--max-old-space-size=512',
  fileURLToPath(new URL('../../hooks/pre-receive.js', import.meta.url)),
]
  .map(shellQuote)
  .join(' ')

/** Fails closed: what keeps the hook from judging keeps the push out. */
const preReceive = `#!/bin/sh
# Written by Assay at its start: changes here are lost.
timeout -k 5 ${patience} ${judge}
status=$?
case $status in
  0) exit 0 ;;
  7) exit 1 ;;
  124 | 137) echo 'error: Judging this push took too long, so nothing of it was taken: push fewer branches at once, or make checks.yaml smaller.' >&2 ;;
  *) echo "error: This push could not be judged (status $status), so nothing of it was taken: please tell the admin of this server." >&2 ;;
esac
exit 1
`
