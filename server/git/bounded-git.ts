/** The words that start a git which takes what a stranger sends: it, and all that it starts, ends before the host suffers. */

export type Service = 'git-upload-pack' | 'git-receive-pack'

/** What each of its processes may allocate: a file of the greatest size fits many times, a chain of deltas of it does not. */
const dataBytes = 1.25 * 1024 ** 3
/** Seconds of a processor that each may take. */
const cpuSeconds = 300

/** Of a push alone: what a reader may cost is bounded by what there is to read. */
export const gitWords = (service: Service, args: readonly string[]): [program: string, args: string[]] => {
  const words = [service.slice('git-'.length), ...args]
  return service === 'git-receive-pack'
    ? ['prlimit', [`--data=${dataBytes}`, `--cpu=${cpuSeconds}`, '--core=0', 'git', ...words]]
    : ['git', words]
}
