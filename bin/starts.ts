/** What `assay init` writes: the smallest check repository of each format that runs, and fails for a reason. */

export interface StartFile {
  path: string
  content: string
  executable?: true
}

const script = `#!/bin/sh
# Exit code 0 passes, 77 skips, all else fails. What you write to "$ASSAY_ARTIFACTS" is kept.
set -eu
dpkg --audit
test -z "$(dpkg --audit)"
`

export const formats = ['native', 'dep8', 'tmt'] as const

export const starts: Readonly<Record<(typeof formats)[number], readonly StartFile[]>> = {
  native: [
    {
      path: 'checks.yaml',
      content: `# The checks of this package: each runs in a fresh machine, with the build's packages installed.
checks:
  smoke:
    summary: what was installed is all there
    run: ./smoke.sh
`,
    },
    { path: 'smoke.sh', content: script, executable: true },
  ],
  dep8: [
    {
      path: 'debian/tests/control',
      content: `Tests: smoke
Depends: @
Restrictions: allow-stderr
`,
    },
    { path: 'debian/tests/smoke', content: script.replaceAll('ASSAY', 'AUTOPKGTEST'), executable: true },
  ],
  tmt: [
    { path: '.fmf/version', content: '1\n' },
    {
      path: 'plans/main.fmf',
      content: `summary: what was installed is all there
discover:
    how: fmf
execute:
    how: tmt
`,
    },
    {
      path: 'tests/smoke/main.fmf',
      content: `summary: what was installed is all there
test: ./smoke.sh
duration: 5m
`,
    },
    {
      path: 'tests/smoke/smoke.sh',
      content: script.replace('"$ASSAY_ARTIFACTS"', '"$TMT_TEST_DATA"'),
      executable: true,
    },
  ],
}

/** For git: what is to be pushed is looked at first, as the server will. */
export const prePushHook: StartFile = {
  path: 'hooks/pre-push',
  content: `#!/bin/sh
# Says before a push what the server would refuse it for. \`git push --no-verify\` goes without.
exec assay lint "$(git rev-parse --show-toplevel)"
`,
  executable: true,
}
