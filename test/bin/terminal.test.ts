/** A person in a machine: `assay run --shell`, `assay run --keep` and `assay enter`, on real terminals. */
import assert from 'node:assert/strict'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assay, startAssay, startOnTerminal, type Typist } from '../support/assay.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/folder.ts'
import { homeData } from '../support/home.ts'
import { buildTimeout } from '../support/machines.ts'
import { until } from '../support/until.ts'

const manifest = `checks:
  fails:
    run: echo it was here >/root/trace; exit 3
    memory: 256M
  passes:
    run: 'true'
    memory: 256M
  panics:
    run: echo c >/proc/sysrq-trigger; sleep 60
    memory: 256M
`

/** What stands on the screen, in order. */
const plainText = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- the shell moves the cursor with them
  text.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]|\r/g, '')

describe('a person in a machine', function () {
  const patience = 120_000
  this.timeout(2 * patience)
  let folder: TemporaryFolder
  let checks: string
  let settings: Record<string, string>

  before(async function () {
    this.timeout(buildTimeout)
    folder = await temporaryFolder()
    settings = await homeData(folder.path)
    checks = join(folder.path, 'checks')
    await mkdir(checks)
    await writeFile(join(checks, 'checks.yaml'), manifest)
    const { code, err } = await assay(settings, 'run', checks, '--check', 'passes')
    assert.equal(code, 0, err)
  })
  after(() => folder[Symbol.asyncDispose]())
  afterEach('nothing is left of machines', async () => {
    for (const name of ['attempts', 'machines'])
      assert.deepEqual(await readdir(join(folder.path, 'data', 'runner', name)).catch(() => []), [])
  })

  const shown = (typist: Typist, words: RegExp) =>
    until(String(words), () => words.exec(plainText(typist.said())), patience)

  it('finds a terminal of its own size where the check would run, and Ctrl-C goes to what runs in it', async () => {
    await using person = startOnTerminal(
      settings,
      `$ASSAY run ${checks} --shell --check fails; echo code $?; stty -a`,
    )
    await shown(person, /Leave it: exit, or Ctrl-\]/)
    await shown(person, /Run the check: /)
    person.type('stty size; tty; echo "$ASSAY_PACKAGE in $PWD"\r')
    await shown(person, /^33 101\n\/dev\/pts\/\d\ndeb\/checks in \/var\/lib\/assay\/tree$/m)
    // One process: a shell between saying so and starting `sleep` can miss a Ctrl-C.
    person.type(`perl -e '$| = 1; print "asleep\\n"; sleep 600'\r`)
    await shown(person, /^asleep$/m)
    person.type('\x03')
    // The shell forgets what was typed before it is back.
    await shown(person, /\^C\s+root@.*# $/)
    person.type('echo interrupted: $?\r')
    await shown(person, /^interrupted: 130$/m)
    person.type('sh /run/assay/in/job/check; echo ended with $?\r')
    await shown(person, /^ended with 3$/m)
    person.type('exit\r')
    await shown(person, /fails +skipped[^]*code 0[^]* icanon/)
  })

  it('leaves by Ctrl-] whatever is going on inside, and the terminal is as it was', async () => {
    await using person = startOnTerminal(
      settings,
      `$ASSAY run ${checks} --shell --check fails; echo code $?; stty -a`,
    )
    await shown(person, /Run the check: /)
    person.type('trap "" HUP INT; echo deaf; while :; do :; done\r')
    await shown(person, /^deaf$/m)
    person.type('\x1d')
    await shown(person, /code 0[^]* icanon/)
  })

  it('is refused where nobody can type, and where it is not clear where to look', async () => {
    const refused: [string[], RegExp][] = [
      [['run', checks, '--shell', '--check', 'fails'], /standard input is no terminal/],
      [['run', checks, '--shell', '--keep'], /either --shell or --keep/],
      [['enter', 'abcdef'], /standard input is no terminal/],
      [['enter', '../x'], /names no machine/],
    ]
    for (const [args, words] of refused) {
      const { code, err } = await assay(settings, ...args)
      assert.match(err, words)
      assert.equal(code, 2)
    }
    await using person = startOnTerminal(settings, `$ASSAY run ${checks} --shell; echo code $?`)
    await shown(person, /--shell is for one check[^]*code 2/)
    await using lost = startOnTerminal(settings, '$ASSAY enter abcdef; echo code $?')
    await shown(lost, /there is no machine abcdef on this host[^]*code 1/)
  })

  it('enters the machine of a check that failed for as long as it is kept, again and again, one at a time', async () => {
    await using keeper = startAssay(settings, 'run', checks, '--keep', '--check', 'fails')
    const kept = (): RegExpExecArray | null => /assay enter (\S+)/.exec(keeper.said())
    const id = (await until('the machine to be kept', kept, patience))[1]!
    await using first = startOnTerminal(settings, `$ASSAY enter ${id}; echo code $?`)
    await shown(first, /Run the check: /)
    first.type('cat /root/trace\r')
    await shown(first, /^it was here$/m)
    await using second = startOnTerminal(settings, `$ASSAY enter ${id}; echo code $?`)
    await shown(second, /Somebody else is in this machine[^]*code 0/)
    first.type('\x1d')
    await shown(first, /code 0/)
    await using third = startOnTerminal(settings, `$ASSAY enter ${id}; echo code $?`)
    await shown(third, /Run the check: /)
    keeper.child.kill('SIGINT')
    await shown(third, /code 0/)
    await until('the keeper to end', () => keeper.child.exitCode !== null)
    assert.equal(keeper.child.exitCode, 1)
    assert.match(keeper.said(), /^fails +failed \(exit_code\)/m)
  })

  it('finds nothing kept of a check that passed, or of a machine that died', async () => {
    const passed = await assay(settings, 'run', checks, '--keep', '--check', 'passes')
    assert.equal(passed.code, 0, passed.err)
    const died = await assay(settings, 'run', checks, '--keep', '--check', 'panics')
    assert.equal(died.code, 1, died.err)
    assert.match(died.err, /the machine of panics is gone \(guest_panic\)/)
  })
})
