/** How the browser of the tests is started. */
export const browserFlags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  // A page of somebody else's that tests show asks for them: no test waits for the internet.
  '--host-resolver-rules=MAP fonts.googleapis.com ~NOTFOUND',
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]
