import assert from 'node:assert/strict'
import { openDatabase } from '../../../server/store/database.ts'
import { databases } from '../../support/databases.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { settingsFile } from '../../support/settings.ts'
import { openResultsdb } from './client.ts'

for (const database of Object.keys(databases))
  describe(`the limits of what ResultsDB is asked (${database})`, () => {
    it('end a query that takes too long with 503 and what to do, and answer the next', async () => {
      await using folder = await temporaryFolder()
      const settings = await settingsFile(folder.path, { web: { querySeconds: 0.1 } })
      await using client = await openResultsdb(database, { settingsFile: settings })
      await client.add({ data: { item: 'hello-1' } })
      const db = await openDatabase(client.server.services.config.databaseUrl)
      try {
        await db.raw('alter table testcases rename to kept_testcases')
        await db.raw(`create view testcases as with recursive endless(id) as (select 1 union all select 1 from endless)
          select id, 'endless' as name, null as ref_url from endless`)
        const { status, body } = await client.get('/testcases')
        assert.deepEqual([status, Object.keys(body)], [503, ['message']])
        assert.match(body.message!, /takes too long: narrow the question/)
        await db.raw('drop view testcases')
        await db.raw('alter table kept_testcases rename to testcases')
      } finally {
        await db.destroy()
      }
      assert.equal((await client.list('/results?item=hello-1')).length, 1)
    })
  })
