/** A button that changes something: a form of its own, which only the viewer whose key it carries can send. */
import { html, type Fragment, type Html } from './html.ts'

/** `fields`: what else is asked, before the button. */
export const actionForm = (action: string, key: string, label: string, fields: Fragment = null): Html =>
  html`<form class="act" method="post" action="${action}">
    <input type="hidden" name="key" value="${key}" />
    ${fields}<button>${label}</button>
  </form>`
