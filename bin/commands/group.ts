/** `assay group`: groups of users, which maintain packages as `@GROUP`. */
import { Command } from '@commander-js/extra-typings'
import { readConfig } from '../../core/config.ts'
import { allPages } from '../all-pages.ts'
import { openApi } from '../api.ts'
import { examples, json } from '../command.ts'
import { print, printJson, printTable } from '../output.ts'

interface GroupJson {
  group: string
  users: string[]
}

const add = new Command('add')
  .summary('add users to a group')
  .description('Adds users to a group, which is made where it is not there yet.')
  .argument('<group>', 'the group')
  .argument('<user...>', 'who')
  .option(...json)
  .addHelpText('after', examples('group add perl ann bob'))
  .action(async (group, users, options) => {
    const api = openApi(readConfig(process.env))
    show(await api.post<GroupJson>('/api/v1/groups', { group, users }), options.json)
  })

const list = new Command('list')
  .summary('list groups and their members')
  .description('Lists groups and their members.')
  .option(...json)
  .addHelpText('after', examples('group list'))
  .action(async (options) => {
    const groups = await allPages<GroupJson>(openApi(readConfig(process.env)), '/api/v1/groups')
    if (options.json) printJson(groups)
    else
      printTable(
        ['GROUP', 'MEMBERS'],
        groups.map(({ group, users }) => [group, users.join(', ')]),
      )
  })

const rm = new Command('rm')
  .summary('remove a user from a group')
  .description('Removes a user from a group.')
  .argument('<group>', 'the group')
  .argument('<user>', 'who')
  .option(...json)
  .addHelpText('after', examples('group rm perl bob'))
  .action(async (group, user, options) => {
    const path = `/api/v1/groups/${encodeURIComponent(group)}/${encodeURIComponent(user)}`
    show(await openApi(readConfig(process.env)).remove<GroupJson>(path), options.json)
  })

export default new Command('group')
  .summary('add, list and remove members of groups')
  .description('Groups of users. @GROUP maintains packages; members of admins may do everything.')
  .addCommand(add)
  .addCommand(list)
  .addCommand(rm)

function show(found: GroupJson, asJson?: true): void {
  if (asJson) printJson(found)
  else print(`${found.group}: ${found.users.join(', ') || 'nobody any more'}`)
}
