/** Which checks hear an event that is no build. */
import assert from 'node:assert/strict'
import { answers } from '../../core/event-filter.ts'

const bash = { namespace: 'rpms', name: 'bash' }
const lint = { namespace: 'dist', name: 'lint' }
const tag = { type: 'org.fedoraproject.prod.buildsys.tag', source: 'urn:bus', id: '1' }

describe('a filter of events', () => {
  const cases: [string, boolean, object, object, typeof bash][] = [
    ['matches whole values', true, { type: tag.type }, tag, bash],
    ['matches no part of a value', false, { type: 'buildsys.tag' }, tag, bash],
    ['matches globs', true, { type: '*.buildsys.tag', source: 'urn:*' }, tag, bash],
    ['wants all of its attributes', false, { type: tag.type, source: 'x' }, tag, bash],
    ['does not match what is not there', false, { type: tag.type, severity: '*' }, tag, bash],
    ['does not match what only every object has', false, { constructor: '*' }, tag, bash],
    ['hears of its own package', true, { type: '*' }, { ...tag, subject: 'rpms/bash' }, bash],
    ['does not hear of others', false, { type: '*' }, { ...tag, subject: 'rpms/zsh' }, bash],
    ['hears of others it asks for', true, { subject: 'rpms/z*' }, { ...tag, subject: 'rpms/zsh' }, bash],
    ['hears what has another subject', true, { type: '*' }, { ...tag, subject: 'FEDORA-2026-1' }, bash],
    ['of a shared check hears of any package', true, { type: '*' }, { ...tag, subject: 'rpms/zsh' }, lint],
    ['of a shared check hears nothing that is about none', false, { type: '*' }, tag, lint],
  ]
  for (const [title, expected, filter, attributes, repository] of cases)
    it(title, () => assert.equal(answers({ ...filter }, { ...attributes }, repository), expected))
})
