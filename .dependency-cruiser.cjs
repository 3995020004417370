// The architecture as data: imports run one way. ARCHITECTURE.md says it in words.
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed, dependencyTypesNot: ['core', 'npm', 'npm-dev', 'npm-no-pkg', 'type-only'] },
})
const effects = '^(node:)?(fs|net|http|https|child_process|timers|os|dns|tls)(/|$)'

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('schemas-is-the-ground', '^schemas/', '^schemas/'),
    only('core-knows-only-schemas', '^core/', '^(core|schemas)/'),
    only('ground-knows-only-core', '^ground/', '^(ground|core|schemas)/'),
    only('hooks-are-thin', '^hooks/', '^(hooks|ground|core|schemas)/'),
    only('runner-never-sees-server', '^runner/', '^(runner|ground|core|schemas)/'),
    only('server-never-sees-runner', '^server/', '^(server|ground|core|schemas)/'),
    only('bin-wires-the-parts', '^bin/', '^(bin|server|runner|ground|core|schemas)/'),
    { name: 'core-has-no-effects', severity: 'error', from: { path: '^core/' }, to: { path: effects } },
    {
      name: 'nobody-imports-tests-or-benches',
      severity: 'error',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'sql-stays-in-the-store',
      severity: 'error',
      from: { path: '^server/', pathNot: '^server/(store/|services\\.ts$)' },
      to: { path: '^node_modules/knex', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'publishers-draw-no-pages',
      severity: 'error',
      from: { path: '^server/publishers/' },
      to: { path: '^server/(pages|routes)/' },
    },
    {
      name: 'released-migrations-stand-alone',
      comment: 'What is imported can change, and a database that was migrated long ago would not.',
      severity: 'error',
      from: { path: '^server/store/migrations/' },
      to: { pathNot: '(^|/)node_modules/knex/|^(server/store/dialect\\.ts$|server/store/migrations/)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
