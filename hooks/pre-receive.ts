/** git's pre-receive hook: lets a push in, or says everything that is wrong with it. What it cannot judge it refuses. */
import { boundsOf, type CheckBounds } from '../core/check-bounds.ts'
import { parsePackage } from '../core/names.ts'
import { judge } from './judge.ts'
import { readAllowed } from './protect.ts'
import { isDeletion, readUpdates, Refusal } from './updates.ts'

const advice =
  'hint: Nothing of this push was taken. Mend this in your commit (git commit --amend) and push again.'

/** Words that git colours for whoever reads them on a terminal. */
const asError = (refusal: string): string => `error: ${refusal}`

/** Blank lines set what Assay says apart from what git says. */
const say = (...blocks: readonly string[]): void => void process.stderr.write(`\n${blocks.join('\n\n')}\n\n`)

/** What the server tells its hooks. */
const readBounds = (text: string | undefined): CheckBounds =>
  text === undefined ? boundsOf({}) : (JSON.parse(text) as CheckBounds)

/** Of a push that was judged. Any other status but 0 is a hook that fell over, which the wrapper of it words. */
const refused = 7
let status = 0
try {
  const updates = await readUpdates(process.stdin)
  const full = process.env['ASSAY_FULL']
  if (full !== undefined && !updates.every(isDeletion)) throw new Refusal(full)
  const repository = parsePackage(process.env['ASSAY_REPOSITORY'] ?? '')
  const { refusals, notes } = await judge(updates, repository, {
    allowed: readAllowed(process.env['ASSAY_ALLOWED'] ?? ''),
    bounds: readBounds(process.env['ASSAY_BOUNDS']),
  })
  if (refusals.length > 0) {
    say(...refusals.map(asError), advice)
    status = refused
  } else if (notes.length > 0) say(notes.map((note) => `warning: ${note}`).join('\n'))
} catch (error) {
  if (error instanceof Refusal) say(asError(error.message), 'hint: Nothing of this push was taken.')
  else
    say(
      `error: Assay cannot judge this push: ${error instanceof Error ? error.message : String(error)}`,
      'hint: Nothing of it was taken: please tell the admin of this server.',
    )
  status = refused
}
// Timers of simple-git would keep the pusher waiting.
process.exit(status)
