#!/usr/bin/env bash
# Asks the server whether it is ready. The runtime image has no curl, but bash opens connections itself.
set -euo pipefail

exec 3<>"/dev/tcp/127.0.0.1/${PORT:-5080}"
printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r _ status _ <&3
[ "$status" = 200 ]
