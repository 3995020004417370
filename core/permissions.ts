/** Who may do what, as a table: the only place where that is decided. A test tries every cell. Pure. */

/** What a token is good for. */
export const scopes = ['push', 'events', 'results', 'runner', 'admin'] as const
export type Scope = (typeof scopes)[number]

/** `account`: of people who proved who they are just now, not of tokens, which may have been taken from somebody. */
export type Power = Scope | 'account'

/** Who a request comes from, and what it may do. */
export interface Identity {
  user: string
  powers: readonly Power[]
}

/** `site`: whoever holds one of `powers`; `package`: of these who maintains the package; `self`: about the own user. */
export interface Permission {
  powers: readonly Power[]
  about: 'site' | 'package' | 'self'
}

/** An admin may do everything, whatever it is about; what names no power only admins may do. */
export const permissions = {
  'event.send': { powers: ['events'], about: 'site' },
  'event.read': { powers: [], about: 'site' },
  'event.replay': { powers: [], about: 'site' },
  'upload.send': { powers: ['events'], about: 'site' },
  'result.post': { powers: ['results'], about: 'site' },
  'attempt.run': { powers: ['runner'], about: 'site' },
  'repository.push': { powers: ['push'], about: 'package' },
  'execution.rerun': { powers: ['push', 'events'], about: 'package' },
  'execution.cancel': { powers: ['push', 'events'], about: 'package' },
  'execution.keep': { powers: ['push', 'events'], about: 'package' },
  'person.read': { powers: ['push', 'events'], about: 'self' },
  'person.subscribe': { powers: ['push', 'events'], about: 'self' },
  'person.reach': { powers: [], about: 'site' },
  'person.free': { powers: [], about: 'site' },
  'token.make': { powers: ['account'], about: 'self' },
  'token.revoke': { powers: ['account'], about: 'self' },
  'key.read': { powers: ['account'], about: 'self' },
  'key.add': { powers: ['account'], about: 'self' },
  'key.remove': { powers: ['account'], about: 'self' },
  'package.change': { powers: [], about: 'site' },
  'upstream.change': { powers: [], about: 'site' },
  'upstream.fetch': { powers: ['push'], about: 'package' },
  'group.change': { powers: [], about: 'site' },
  'outbox.read': { powers: [], about: 'site' },
  'outbox.resend': { powers: [], about: 'site' },
  'message.read': { powers: [], about: 'site' },
  'message.replay': { powers: [], about: 'site' },
} as const satisfies Record<string, Permission>

export type Action = keyof typeof permissions
type About<Kind extends Permission['about']> = {
  [Name in Action]: (typeof permissions)[Name]['about'] extends Kind ? Name : never
}[Action]
export type SiteAction = About<'site'>
export type PackageAction = About<'package'>
export type SelfAction = About<'self'>

export const isAdmin = ({ powers }: Identity): boolean => powers.includes('admin')

/** Whether `identity` holds a power that `action` takes; what the action is about is judged beside that. */
export const holdsPower = (identity: Identity, action: Action): boolean =>
  isAdmin(identity) || permissions[action].powers.some((power: Power) => identity.powers.includes(power))
