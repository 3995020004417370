/** What a pattern is made of: functions that match by going back where they must, and count their steps. */

/** One attempt to match. */
export interface Run {
  text: string
  /** Where each group matched. */
  spans: ([number, number] | undefined)[]
  budget: { left: number }
  /** Rounds of repetition that are inside of each other now. */
  depth: number
}

/** More would come near the end of the stack, where a regular expression ends the process instead of throwing. */
const deepest = 400

/** Matches at `at` and goes on with `next` behind it, in every way that there is until one succeeds. */
export type Matcher = (run: Run, at: number, next: (at: number) => boolean) => boolean

export type Test = (letter: string) => boolean

/** Bounds every path through a pattern: a RangeError, as of a stack that is full, ends the attempt. */
function step({ budget }: Run): void {
  if ((budget.left -= 1) < 0) throw new RangeError('too many steps')
}

export const isWord: Test = (letter) => /^[\p{L}\p{N}_]$/u.test(letter)
export const isBoundary = (text: string, at: number): boolean =>
  isWord(text[at - 1] ?? '') !== isWord(text[at] ?? '')

export const nothing: Matcher = (_, at, next) => next(at)
export const where =
  (is: (text: string, at: number) => boolean): Matcher =>
  ({ text }, at, next) =>
    is(text, at) && next(at)

export const one = (test: Test): { match: Matcher; test: Test } => ({
  test,
  match: (run, at, next) => {
    step(run)
    return at < run.text.length && test(run.text[at] ?? '') && next(at + 1)
  },
})

/** As many letters as there are, then fewer and fewer: without a call for each of them. */
export const runOf =
  (test: Test, least: number, limit: number): Matcher =>
  (run, at, next) => {
    let end = at
    while (end < run.text.length && end - at < limit && test(run.text[end] ?? '')) {
      step(run)
      end++
    }
    for (; end - at >= least; end--) {
      step(run)
      if (next(end)) return true
    }
    return false
  }

export function loop(match: Matcher, least: number, limit: number, isLazy: boolean): Matcher {
  const round = (run: Run, at: number, count: number, next: (at: number) => boolean): boolean => {
    step(run)
    if ((run.depth += 1) > deepest) throw new RangeError('too many rounds')
    const more = (): boolean =>
      count < limit &&
      // What matched nothing would match nothing for ever.
      match(run, at, (to) => (to !== at || count < least) && round(run, to, count + 1, next))
    const enough = (): boolean => count >= least && next(at)
    const isMatch = isLazy ? enough() || more() : more() || enough()
    run.depth -= 1
    return isMatch
  }
  return (run, at, next) => round(run, at, 0, next)
}

export const looking =
  (match: Matcher, wanted: boolean): Matcher =>
  (run, at, next) =>
    match(run, at, () => true) === wanted && next(at)

export function lookingBack(match: Matcher, wanted: boolean): Matcher {
  const endsHere = (run: Run, at: number): boolean => {
    for (let from = at; from >= 0; from--) if (match(run, from, (to) => to === at)) return true
    return false
  }
  return (run, at, next) => endsHere(run, at) === wanted && next(at)
}

export const capturing =
  (match: Matcher, number: number): Matcher =>
  (run, at, next) => {
    const before = run.spans[number]
    const isMatch = match(run, at, (to) => {
      const inner = run.spans[number]
      run.spans[number] = [at, to]
      return next(to) || ((run.spans[number] = inner), false)
    })
    if (!isMatch) run.spans[number] = before
    return isMatch
  }

export const again =
  (number: number): Matcher =>
  (run, at, next) => {
    const span = run.spans[number]
    if (!span) return false
    const said = run.text.slice(...span)
    run.budget.left -= said.length
    step(run)
    return run.text.startsWith(said, at) && next(at + said.length)
  }
