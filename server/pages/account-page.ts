/** Somebody's own page: what they may do here, what they are told, and what they push with. */
import type { Power } from '../../core/permissions.ts'
import { everyPackage, interests, type Interest } from '../../core/notify.ts'
import type { SshKey } from '../store/ssh-keys.ts'
import type { TokenSeen } from '../store/tokens.ts'
import { actionForm } from './action-form.ts'
import { html, type Html } from './html.ts'
import { page, type Document } from './layout.ts'
import { counted } from './marks.ts'
import { moment } from './moment.ts'
import { maintainerPath, packagePath } from './paths.ts'

export interface AccountView {
  user: string
  powers: readonly Power[]
  groups: readonly string[]
  /** How many packages they maintain, alone or in a group. */
  maintains: number
  mail: string | null
  /** What they asked to hear, by package; `*`: of all that they maintain. */
  subscriptions: readonly { package: string; interest: Interest }[]
  tokens: readonly TokenSeen[]
  keys: readonly Pick<SshKey, 'id' | 'fingerprint' | 'label' | 'createdAt'>[]
}

/** `made`: a token that was made just now, which is shown this once. */
export function accountPage(
  view: AccountView,
  formKey: string,
  now: string,
  made: string | null = null,
): Document {
  const { user, powers } = view
  return page({
    title: user,
    content: html`
      <header class="head">
        <h1><bdi>${user}</bdi></h1>
        <p class="lead">${standing(view)}</p>
        <div class="actions">
          ${actionForm('/sign-out', formKey, 'Sign out')}
          ${actionForm('/account/sign-out-everywhere', formKey, 'Sign out everywhere')}
        </div>
      </header>
      ${made !== null && madePart(made)} ${subscriptionsSection(view, formKey)}
      ${
        powers.includes('account')
          ? html`${tokensSection(view, formKey, now)} ${keysSection(view, formKey, now)}`
          : html`<p class="muted">You signed in with a token, which can make no others and add no keys.</p>`
      }
    `,
  })
}

const standing = ({ user, powers, groups, maintains }: AccountView): Html =>
  html`You maintain
    <a href="${maintainerPath(user)}">${counted(maintains, 'package')}</a
    >${groups.length > 0 && html` and are in ${groups.map((group, at) => html`${at > 0 && ', '}<bdi>@${group}</bdi>`)}`}${powers.includes('admin') && '; you are an admin here'}.`

const madePart = (token: string): Html =>
  html`<section class="card" aria-labelledby="made">
    <h2 id="made">Your new token</h2>
    <p>It is shown this once. Give it to git as the password:</p>
    <pre class="commands" tabindex="0"><code>${token}</code></pre>
  </section>`

/** How long a token may be good. */
export const tokenDays: readonly number[] = [30, 90, 365]
const usualTokenDays = 90

const interestWords: Readonly<Record<Interest, string>> = {
  changes: 'when a check breaks or holds again',
  failures: 'only when a check breaks',
  none: 'nothing',
}

function subscriptionsSection({ mail, subscriptions }: AccountView, formKey: string): Html {
  const own = subscriptions.find((one) => one.package === everyPackage)?.interest ?? 'changes'
  const others = subscriptions.filter((one) => one.package !== everyPackage)
  return html`<section aria-labelledby="told">
    <h2 id="told">What you are told</h2>
    <p>
      ${
        mail === null
          ? html`Nothing is sent to you yet: an admin says where you are reached, with
              <code>assay person mail</code>.`
          : html`Sent to <bdi>${mail}</bdi>.`
      }
    </p>
    <ul class="plain rows">
      <li>All packages that you maintain: ${interestForm(everyPackage, own, formKey)}</li>
      ${others.map(
        ({ package: name, interest }) =>
          html`<li><a href="${packagePath(name)}">${name}</a>: ${interestForm(name, interest, formKey)}</li>`,
      )}
    </ul>
    ${actionForm(
      '/account/subscriptions',
      formKey,
      'Follow',
      html`<label
          >Package <input name="package" required maxlength="200" placeholder="deb/hello" autocomplete="off"
        /></label>
        ${interestChoice('changes', 'Of this package')}`,
    )}
  </section>`
}

const interestForm = (about: string, interest: Interest, formKey: string): Html =>
  actionForm(
    '/account/subscriptions',
    formKey,
    'Change',
    html`<input type="hidden" name="package" value="${about}" />
      ${interestChoice(interest, about === everyPackage ? 'Of all of them' : `Of ${about}`)}`,
  )

const interestChoice = (chosen: Interest, label: string): Html =>
  html`<select name="interest" aria-label="${label}">
    ${interests.map((one) =>
      one === chosen
        ? html`<option value="${one}" selected>${interestWords[one]}</option>`
        : html`<option value="${one}">${interestWords[one]}</option>`,
    )}
  </select>`

const tokensSection = ({ tokens }: AccountView, formKey: string, now: string): Html =>
  html`<section aria-labelledby="tokens">
    <h2 id="tokens">Tokens</h2>
    ${
      tokens.length > 0 &&
      html`<ul class="plain rows">
        ${tokens.map(
          ({ id, scopes, createdAt, expiresAt }) =>
            html`<li>
              For ${scopes.join(', ')}, made ${moment(createdAt, now)},
              ${expiresAt === null ? 'good for ever' : html`good until ${moment(expiresAt, now)}`}
              ${actionForm(`/account/tokens/${id}/revoke`, formKey, 'Revoke')}
            </li>`,
        )}
      </ul>`
    }
    ${actionForm(
      '/account/tokens',
      formKey,
      'Make a token to push with',
      html`<label
        >Good for
        <select name="days">
          ${tokenDays.map((days) =>
            days === usualTokenDays
              ? html`<option value="${days}" selected>${days} days</option>`
              : html`<option value="${days}">${days} days</option>`,
          )}
        </select></label
      >`,
    )}
  </section>`

const keysSection = ({ keys }: AccountView, formKey: string, now: string): Html =>
  html`<section aria-labelledby="keys">
    <h2 id="keys">Keys of ssh</h2>
    ${
      keys.length > 0 &&
      html`<ul class="plain rows">
        ${keys.map(
          ({ id, fingerprint, label, createdAt }) =>
            html`<li>
              <code>${fingerprint}</code> <bdi>${label}</bdi>
              <span class="muted">added ${moment(createdAt, now)}</span>
              ${actionForm(`/account/keys/${id}/remove`, formKey, 'Remove')}
            </li>`,
        )}
      </ul>`
    }
    ${actionForm(
      '/account/keys',
      formKey,
      'Add a key',
      html`<label
        >Public key
        <input
          name="publicKey"
          required
          maxlength="8192"
          placeholder="ssh-ed25519 AAAA… you@laptop"
          autocomplete="off"
          spellcheck="false"
      /></label>`,
    )}
  </section>`
