/** What every kind of machine promises, whatever stands behind it. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { MachineFailed } from '../../runner/machine/machine.ts'
import type { Machines } from '../../runner/machine/machines.ts'
import { enoughTime } from './enough-time.ts'
import { openMachine } from './machines.ts'

export function machineContract(machines: () => Machines): void {
  it('runs preparation and then the check as root in the tree, with output in order and its exit code', async () => {
    const prepare = 'echo prepared >/tmp/mark; echo preparing'
    const check = 'cat /tmp/mark; cat /var/lib/assay/tree/hello; id -u; echo to stderr >&2; exit 7'
    await using machine = await openMachine(machines(), {
      prepare,
      check,
      tree: { hello: 'from the tree\n' },
    })
    deepEqual(await machine.run('prepare'), { how: 'exited', exitCode: 0 })
    deepEqual(await machine.run('check'), { how: 'exited', exitCode: 7 })
    equal(machine.output(), 'preparing\nprepared\nfrom the tree\n0\nto stderr\n')
    equal(machine.machine.facts.image, 'tiny')
  })

  it('begins a check with nothing open and nothing set but what is its own, as the first of its session', async () => {
    const check = `ls -A /var/lib/assay/tree; echo "$0 \${ASSAY_REBOOT_MARK-unset}"
      for file in /proc/$$/fd/*; do readlink "$file"; done | grep -v "$0" | sed 's/[0-9].*//'; cut -d ' ' -f 6 /proc/$$/stat | grep -cx $$
      tr '\\0' '\\n' </proc/$$/environ; dd bs=1 count=1 2>/dev/null | wc -c`
    await using machine = await openMachine(machines(), { check, tree: { hello: '' } })
    equal((await machine.run('check')).exitCode, 0)
    deepEqual(machine.output().trim().split('\n'), [
      'hello',
      '/run/assay/in/job/check unset',
      ...['/dev/null', 'pipe:[', 'pipe:['],
      '1',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      '0',
    ])
  })

  it('hands over artifacts and results, and nothing but regular files', async () => {
    const check = `cd /var/lib/assay/artifacts; mkdir logs; echo one >logs/a.txt; ln -s /etc/passwd link; mkfifo fifo
      head -c 2000000 /dev/zero >large; echo '{"name":"x","outcome":"passed"}' >/var/lib/assay/results.jsonl`
    await using machine = await openMachine(machines(), { check })
    equal((await machine.run('check')).exitCode, 0)
    const { files, results, folder, notes } = await machine.collect()
    deepEqual(files, [{ path: 'logs/a.txt', size: 4 }])
    equal(await readFile(join(folder, 'artifacts/logs/a.txt'), 'utf8'), 'one\n')
    equal(results, '{"name":"x","outcome":"passed"}\n')
    ok(notes.length > 0, 'what was left out is said')
  })

  it('stops a check at its time limit and still hands over what it left', async () => {
    const check = 'echo kept >/var/lib/assay/artifacts/a; echo kept; sleep 600'
    const { files } = await enoughTime(2000, async (timeoutMs) => {
      await using machine = await openMachine(machines(), { check })
      equal((await machine.run('check', { timeoutMs })).how, 'timeout')
      return machine.output() === '' ? null : await machine.collect()
    })
    deepEqual(files, [{ path: 'a', size: 5 }])
  })

  it('stops a check that writes too much, and says so ever after', async () => {
    await using machine = await openMachine(machines(), { check: 'yes' })
    equal((await machine.run('check', { logLimit: 100_000 })).how, 'log_limit')
    equal(machine.output().length, 100_000)
    equal((await machine.run('check')).how, 'log_limit')
  })

  it('stops waiting when it is told to, and may be disposed twice', async () => {
    const machine = await openMachine(machines(), { check: 'echo up; sleep 600' })
    const given = new AbortController()
    const end = await machine.run('check', { signal: given.signal, onOutput: () => given.abort() })
    equal(end.how, 'cancelled')
    await machine[Symbol.asyncDispose]()
    await machine[Symbol.asyncDispose]()
  })

  it('says so when there is no such image, or when it is told to stop while it boots', async () => {
    const failed = (how: string) => (error: unknown) => error instanceof MachineFailed && error.how === how
    await rejects(
      openMachine(machines(), { check: 'true' }, { image: 'none-such' }),
      failed('image_unavailable'),
    )
    const spec = {
      image: 'tiny',
      arch: 'x86_64',
      memoryMiB: 256,
      cpus: 1,
      diskMiB: 64,
      network: 'none',
      prepareNetwork: false,
    } as const
    // Whenever that comes, it is answered the same, but no machine is up so early.
    await rejects(
      machines().open({ ...spec, input: '/usr/share/keyrings' }, AbortSignal.timeout(5)),
      failed('cancelled'),
    )
  })
}
