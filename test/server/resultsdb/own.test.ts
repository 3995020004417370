import assert from 'node:assert/strict'
import type { Naming } from '../../../core/listening/bus.ts'
import { understand } from '../../../core/listening/understand.ts'
import { hear } from '../../../server/flows/hear.ts'
import { passed, reportOf, testRunner, type TestRunner } from '../../support/runner.ts'
import { sampleCheck } from '../../support/checks.ts'
import { addHello, announce } from '../../support/site.ts'
import { onEachResultsdb } from './client.ts'

const naming: Naming = { projects: ['ann/my-test'], releases: { 'home:ann/*': 'f40' } }

onEachResultsdb('results of executions, as ResultsDB shows them', (client) => {
  let runner: TestRunner

  before(async () => {
    const { server } = client()
    await addHello(server.services)
    runner = testRunner(server.url, await server.token('r', ['runner']))
  })

  /** The id of the one execution of a new build. */
  async function oneExecution(version: string): Promise<string> {
    const { executions } = await announce(client().server.services, { version })
    return executions[0]!.id
  }

  it('say what gating asks for, and lead to the page of the execution, which is their group', async () => {
    const { server, base, list, get } = client()
    const id = await oneExecution('2.10-3')
    await runner.report(await runner.take(id), passed)
    const [result] = await list('/results?item=hello-2.10-3&type=deb_build')
    assert.deepEqual(
      { ...result, submit_time: '' },
      {
        data: {
          arch: ['x86_64'],
          item: ['hello-2.10-3'],
          package: ['deb/hello'],
          release: ['bookworm'],
          type: ['deb_build'],
          version: ['2.10-3'],
        },
        groups: [id],
        href: `${base}/results/${result!.id}`,
        id: result!.id,
        note: null,
        outcome: 'PASSED',
        ref_url: `${server.url}/executions/${id}`,
        submit_time: '',
        testcase: { href: `${base}/testcases/deb.hello.smoke`, name: 'deb.hello.smoke', ref_url: null },
      },
    )
    assert.deepEqual(await list(`/groups/${id}/results`), [result])
    const { body: group } = await get(`/groups/${id}`)
    assert.deepEqual([group.results_count, group.ref_url], [1, result!.ref_url])
    assert.equal((await list('/results/latest?item=hello-2.10-3&_distinct_on=arch,scenario')).length, 1)
  })

  it('have the outcomes of ResultsDB, a note where it has no word, and none where they were cancelled', async () => {
    const { list, server } = client()
    const skipped = await oneExecution('3')
    const report = reportOf({ phase: 'check', how: 'exited', exitCode: 77 })
    await runner.report(await runner.take(skipped), report)
    const [result] = await list(`/results?groups=${skipped}`)
    assert.deepEqual(
      [result!.outcome, result!.note],
      ['INFO', 'Skipped: The check skipped itself (exit code 77).'],
    )
    const failed = await oneExecution('4')
    await runner.report(await runner.take(failed), reportOf({ phase: 'check', how: 'exited', exitCode: 1 }))
    assert.equal((await list('/results?item=hello-4'))[0]!.outcome, 'FAILED')
    const errored = await oneExecution('5')
    for (let attempt = 0; attempt < 3; attempt++)
      await runner.report(
        await runner.take(errored),
        reportOf({ phase: 'boot', how: 'machine_error', detail: 'qemu fell over.' }),
      )
    assert.equal((await list('/results?item=hello-5'))[0]!.outcome, 'ERROR')
    const cancelled = await oneExecution('6')
    const token = await server.token('ann', ['push'])
    const path = `${server.url}/api/v1/executions/${cancelled}/cancel`
    assert.equal(
      (await fetch(path, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status,
      200,
    )
    assert.deepEqual(await list('/results?item=hello-6'), [])
  })

  it('never pass for results of another build, whatever a check says of itself', async () => {
    const { list, server } = client()
    const id = await oneExecution('7')
    const data = { item: 'bash-5', type: 'koji_build', arch: 's390x', scenario: 'tty', odd: 'a\0b\ud800' }
    const results = [{ name: 'sub', outcome: 'passed' as const, data }]
    const response = await runner.report(await runner.take(id), { ...passed, results })
    assert.equal(response.status, 204, await response.text())
    assert.deepEqual(await list('/results?item=bash-5'), [])
    const [result] = await list('/results?testcases=deb.hello.smoke.sub')
    assert.deepEqual(
      [result!.data['item'], result!.data['arch'], result!.data['scenario'], result!.data['odd']],
      [['hello-7'], ['x86_64'], ['tty'], ['a\ufffdb\ufffd']],
    )
    const v1 = (await (await fetch(`${server.url}/api/v1/executions/${id}`)).json()) as {
      results: { data: object }[]
    }
    assert.deepEqual(v1.results[1]!.data, { scenario: 'tty', odd: 'a\ufffdb\ufffd' })
  })

  it('are builds of koji for packages in rpms, named by their name-version-release', async () => {
    const { server, list } = client()
    const { services } = server
    const bash = await services.stores.packages.ensure({ namespace: 'rpms', name: 'bash' }, services.now())
    const registration = {
      packageId: bash.id,
      branch: 'main',
      commit: 'b'.repeat(40),
      pushedBy: null,
      createdAt: services.now(),
    }
    await services.stores.registrations.add(
      { ...registration, checks: [sampleCheck({ for: ['rpms/bash'] })] },
      true,
    )
    for (const version of ['5.2.26-1.fc40', 'bash-5.2.26-2.fc40']) {
      const { executions } = await announce(services, { package: 'rpms/bash', release: 'f40', version })
      await runner.report(await runner.take(executions[0]!.id), passed)
    }
    const items = (await list('/results?type=koji_build&package=rpms/bash')).map(
      ({ data }) => data['item']![0],
    )
    assert.deepEqual(items, ['bash-5.2.26-2.fc40', 'bash-5.2.26-1.fc40'])
  })

  it('of a build of Copr or OBS are of a type and an item of their own, which no gate on the distribution’s build finds', async () => {
    const { server, list } = client()
    const { services } = server
    const told = (topic: string, body: object): Promise<unknown> => {
      const message = { topic, id: null, sentAt: null, body }
      return hear(services, 'bus', [{ heard: understand(message, naming), message }])
    }
    const built = { pkg: 'bash', version: '5.2.26-9.fc40', owner: 'ann', copr: 'my-test', user: 'ann' }
    await told('org.fedoraproject.prod.copr.build.end', {
      ...{ ...built, build: 4533523, chroot: 'fedora-40-x86_64', status: 1 },
    })
    await told('opensuse.obs.package.build_success', {
      ...{
        project: 'home:ann',
        repository: 'f40',
        arch: 'x86_64',
        package: 'bash',
        versrel: '5.2.26-9.fc40',
      },
    })
    const { stores } = services
    for (const build of await stores.builds.list({ limit: 2 })) {
      const [execution] = await stores.executions.ofBuild(build.id)
      await runner.report(await runner.take(execution!.id), passed)
    }
    const items = async (query: string) =>
      (await list(`/results?${query}`)).map(({ data }) => [data['type'], data['item'], data['package']])
    assert.deepEqual(await items('item=bash-5.2.26-9.fc40'), [])
    assert.deepEqual(await items('type=koji_build&release=f40&version=5.2.26-9.fc40'), [])
    assert.deepEqual(await items('type=copr_build&item=4533523:fedora-40-x86_64'), [
      [['copr_build'], ['4533523:fedora-40-x86_64'], ['rpms/bash']],
    ])
    assert.deepEqual(await items('type=obs_build&item=home:ann/f40/x86_64/bash-5.2.26-9.fc40'), [
      [['obs_build'], ['home:ann/f40/x86_64/bash-5.2.26-9.fc40'], ['rpms/bash']],
    ])
  })

  it('keep their group as it is, whatever others post about it, and stand beside theirs in the other API', async () => {
    const { server, add, post, get } = client()
    const id = await oneExecution('8')
    await runner.report(await runner.take(id), passed)
    await post('/groups', { uuid: id, description: 'mine', ref_url: 'https://evil.example' })
    const { body } = await get(`/groups/${id}`)
    assert.deepEqual([body.description, body.ref_url], [null, `${server.url}/executions/${id}`])
    const { id: posted } = await add({ testcase: 'theirs', data: { k: ['a', 'b'] } })
    const v1 = (await (await fetch(`${server.url}/api/v1/results?testcase=theirs`)).json()) as {
      data: Record<string, unknown>[]
    }
    const [theirs] = v1.data
    assert.deepEqual(
      [theirs!['id'], theirs!['execution'], theirs!['outcome'], theirs!['data']],
      [posted, null, 'passed', { k: 'a, b' }],
    )
  })
})
