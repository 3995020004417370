/** Where things are inside a machine: known to the agent, the job scripts and the check's environment alike. */
export const guest = {
  /** The hand-over disk, mounted read-only: tree/, build/ and job/{prepare,check,terminal}. */
  input: '/run/assay/in',
  /** The commands that a check may call (assay-result, assay-reboot). */
  commands: '/var/lib/assay/bin',
  /** The check's writable copy of its repository's tree. */
  tree: '/var/lib/assay/tree',
  artifacts: '/var/lib/assay/artifacts',
  results: '/var/lib/assay/results.jsonl',
  /** What a check reports in a format of its own choosing: its TAP, or copies of its files. */
  reports: '/var/lib/assay/reports',
  /** The runner's proxy towards mirrors, in a machine that has a network: for apt the image has it set already. */
  proxy: 'http://10.0.2.2:3128',
} as const
