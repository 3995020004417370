/** What the host's sshd must be told so that it asks Assay for keys. Pure. */

/** A block for sshd_config about the account `user`, as which the server with this data folder runs. */
export const sshdSettings = (user: string, data: string): string => `# Written by \`assay ssh config\`.
# Keys are asked for at each login, and each opens nothing but git clone, fetch and push.
Match User ${user}
	AuthorizedKeysCommand /usr/bin/curl --disable --silent --fail --max-time 10 --unix-socket "${inPath(data)}/assay.sock" --get --data-urlencode fingerprint=%f http://assay/hooks/v1/ssh/keys
	AuthorizedKeysCommandUser ${user}
	AuthenticationMethods publickey
	AcceptEnv GIT_PROTOCOL
	DisableForwarding yes
	PermitTTY no
	PermitUserRC no
	ClientAliveInterval 60
	ClientAliveCountMax 10`

/** sshd expands percent signs. */
const inPath = (path: string): string => path.replaceAll('%', '%%')
