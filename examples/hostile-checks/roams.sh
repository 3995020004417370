#!/bin/bash
# Tries to get anywhere but to the mirrors of the distribution: directly, by name, and through the proxy.
failures=0
reached() { echo "reached $1"; failures=$((failures + 1)); }

for port in 22 53 80 443 5432 5672 6379 8080; do
  timeout 3 bash -c "exec 3<>/dev/tcp/10.0.2.2/$port" 2>/dev/null && reached "10.0.2.2:$port"
done
for address in 169.254.169.254/80 10.0.2.3/53 192.0.2.1/80; do
  timeout 3 bash -c "exec 3<>/dev/tcp/$address" 2>/dev/null && reached "$address"
done
timeout 5 getent hosts example.org && reached 'a name server'

# What the proxy answers to these lines.
ask() {
  timeout 10 bash -c 'exec 3<>/dev/tcp/10.0.2.2/3128 && printf "%b\r\n\r\n" "$1" >&3 && head -n 1 <&3' ask "$1"
}
for request in \
  'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22' \
  'CONNECT 10.0.2.2:80 HTTP/1.1\r\nHost: 10.0.2.2:80' \
  'CONNECT [::1]:6379 HTTP/1.1\r\nHost: [::1]:6379' \
  'GET http://127.0.0.1:8080/ HTTP/1.1\r\nHost: 127.0.0.1:8080' \
  'GET http://localhost:8080/ HTTP/1.1\r\nHost: localhost:8080' \
  'GET http://2130706433/ HTTP/1.1\r\nHost: 2130706433' \
  'GET http://example.org/ HTTP/1.1\r\nHost: example.org' \
  'GET / HTTP/1.1\r\nHost: 127.0.0.1:8080' \
  'GET http://deb.debian.org@127.0.0.1:8080/ HTTP/1.1\r\nHost: deb.debian.org'; do
  answer=$(ask "$request")
  echo "${request%% HTTP*}: ${answer:-no answer}"
  case "$answer" in *' 2'[0-9][0-9]*) reached "$request" ;; esac
done
exit "$failures"
