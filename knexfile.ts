/** For the knex command line: `npm run build && npx knex --knexfile dist/knexfile.js migrate:status`. */
import { readConfig } from './core/config.ts'
import { databaseOptions } from './server/store/database.ts'

export default databaseOptions(readConfig(process.env).databaseUrl)
