/** Mocha's own specification, and below it one line that any program can read. */
import mocha from 'mocha'

export default class Reporter extends mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue()
    const { passes, failures } = this.stats
    process.stdout.write(`${passes} passed, ${failures} failed\n`)
  }
}
