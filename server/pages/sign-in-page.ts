/** Signing in: with the site's provider where it has one, and with a token. */
import { encoded, html, type Html } from './html.ts'
import { page, type Document } from './layout.ts'

export interface SignInView {
  /** What people call the provider; null: there is none. */
  provider: string | null
  /** Where to go in the end. */
  back: string
  /** Why the last try did not do. */
  refusal: string | null
}

export const signInPage = ({ provider, back, refusal }: SignInView): Document =>
  page({
    title: 'Sign in',
    content: html`
      <header class="head">
        <h1>Sign in</h1>
        <p class="lead">To run checks again, to say what you hear of them, and to push.</p>
        ${refusal && html`<p class="note" role="alert"><bdi>${refusal}</bdi></p>`}
      </header>
      ${provider !== null && providerPart(provider, back)} ${tokenPart(provider !== null, back)}
    `,
  })

const providerPart = (provider: string, back: string): Html =>
  html`<p>
    <a class="button" href="/sign-in/openid?back=${encoded(back)}" rel="nofollow"
      >Sign in with <bdi>${provider}</bdi></a
    >
  </p>`

const tokenPart = (isSecond: boolean, back: string): Html =>
  html`<section aria-labelledby="token">
    <h2 id="token">${isSecond ? 'Or with a token' : 'With a token'}</h2>
    <form class="filter card" method="post" action="/sign-in">
      <input type="hidden" name="back" value="${back}" />
      <label
        >Token <input type="password" name="token" autocomplete="current-password" required maxlength="200"
      /></label>
      <button>Sign in</button>
    </form>
    <p class="muted">
      An admin makes one with <code>assay token create</code>. You may do here what it allows, as long as it
      is good.
    </p>
  </section>`
